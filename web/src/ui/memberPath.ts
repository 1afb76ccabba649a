const plain = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** The path of a member, in the grammar of templates. */
export const memberPath = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : plain.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
