/** The name of the vocabulary a connection speaks (contract section 1). */
export type DialectName = string;

/** Sessions that began by password are of it (contract section 1). */
export const KEBAB_DIALECT: DialectName = 'kebab';

/** What seed 002 speaks; every build has it. */
export const NATIVE_DIALECT: DialectName = 'native';
