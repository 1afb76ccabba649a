/** The shortest password that the server takes. */
export const shortest = 10

/**
 * How hard a password is to guess, 0 … 4: by its length and the kinds of its characters, less what repeats. It only
 * advises; the server asks for the length alone.
 */
export function strength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length === 0) return 0
  if (password.length < shortest) return 1
  const distinct = new Set(password).size
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length
  if (distinct < 5 || /^(.{1,4})\1+$/.test(password) || /^(?:0?123456789?0?|qwerty.*|password.*|пароль.*)$/i.test(password)) return 1
  const bits = Math.min(password.length, distinct * 2) * (2 + kinds)
  return bits < 45 ? 2 : bits < 64 ? 3 : 4
}
