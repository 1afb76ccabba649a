import type { Notices, Rule } from './useSettings'

/** What people are told, in the order in which it is shown. */
export const ruleNames = ['first_failure', 'bad_end', 'recovered', 'rejected_signatures', 'source_silent', 'lane_closed'] as const
export type RuleName = (typeof ruleNames)[number]

const usual = (name: RuleName) => name !== 'lane_closed'

/** A rule that says nothing is what is usual. */
export const isOn = (notices: Notices | undefined, name: RuleName) => notices?.rules?.[name]?.on ?? usual(name)

/** Changes a rule; a rule that says nothing any longer is left out. */
export function withRule(notices: Notices | undefined, name: RuleName, change: Partial<Rule>): Notices {
  const rule = { ...notices?.rules?.[name], ...change }
  if (rule.on === usual(name)) delete rule.on
  for (const key of Object.keys(rule) as (keyof Rule)[]) if (rule[key] === undefined || rule[key] === '' || rule[key] === false && key !== 'on') delete rule[key]
  const rules = { ...notices?.rules, [name]: rule }
  if (Object.keys(rule).length === 0) delete rules[name]
  const { rules: _, ...rest } = notices ?? {}
  return Object.keys(rules).length > 0 ? { ...rest, rules } : rest
}

/** Quiet hours; without a beginning and an end there are none. */
export function withQuiet(notices: Notices | undefined, change: { from?: string; to?: string }): Notices {
  const hours = { ...notices?.quiet_hours, ...change }
  const { quiet_hours: _, ...rest } = notices ?? {}
  return hours.from || hours.to ? { ...rest, quiet_hours: hours } : rest
}
