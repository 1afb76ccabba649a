/** Whether patterns such as 5xx, 500-503 and !404 fit a status. */
export function covers(patterns: readonly string[], status: number): boolean {
  const fits = (pattern: string) => {
    const [low, high] = pattern.split('-')
    if (high) return status >= Number(low) && status <= Number(high)
    return new RegExp(`^${pattern.replace(/[x*]/gi, '\\d')}$`).test(String(status))
  }
  const without = patterns.filter((one) => one.startsWith('!'))
  const only = patterns.filter((one) => !one.startsWith('!'))
  if (without.some((one) => fits(one.slice(1)))) return false
  return only.length > 0 ? only.some(fits) : without.length > 0
}
