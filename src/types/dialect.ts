/** The name of the vocabulary a connection speaks (contract section 1). */
export type DialectName = string;

/** Sessions that began by password are of it (contract section 1). */
export const KEBAB_DIALECT: DialectName = 'kebab';

export const NATIVE_DIALECT: DialectName = 'native';
