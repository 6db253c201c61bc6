/** The name of the vocabulary a connection speaks (contract section 1). */
export type DialectName = string;

export const NATIVE_DIALECT: DialectName = 'native';
