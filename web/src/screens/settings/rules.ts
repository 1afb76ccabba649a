import type { Notices, Rule } from './useSettings'

/** What people are told, in the order in which it is shown. */
export const ruleNames = ['first_failure', 'bad_end', 'recovered', 'rejected_signatures', 'source_silent', 'field_drift', 'error_share', 'certificate_expiring', 'disk_low', 'lane_closed', 'success', 'digest'] as const
export type RuleName = (typeof ruleNames)[number]

/** Rules that are off until somebody wants them. */
const quiet: readonly RuleName[] = ['lane_closed', 'success', 'digest']
const usual = (name: RuleName) => !quiet.includes(name)

/** Rules that are told in quiet hours, whatever is chosen. */
export const urgent: readonly RuleName[] = ['disk_low']

/** What a rule can be narrowed to. */
export const scopes: Record<RuleName, 'scenarios' | 'sources' | undefined> = {
  first_failure: 'scenarios',
  bad_end: 'scenarios',
  recovered: 'scenarios',
  rejected_signatures: 'sources',
  source_silent: 'sources',
  field_drift: 'sources',
  error_share: 'scenarios',
  certificate_expiring: undefined,
  disk_low: undefined,
  lane_closed: undefined,
  success: 'scenarios',
  digest: 'scenarios',
}

/** A rule that says nothing is what is usual. */
export const isOn = (notices: Notices | undefined, name: RuleName) => notices?.rules?.[name]?.on ?? usual(name)

const silent = (value: unknown) => value === undefined || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)

/** Changes a rule; what says nothing any longer is left out. */
export function withRule(notices: Notices | undefined, name: RuleName, change: Partial<Rule>): Notices {
  const rule = { ...notices?.rules?.[name], ...change }
  if (rule.on === usual(name)) delete rule.on
  for (const key of Object.keys(rule) as (keyof Rule)[]) if (key !== 'on' && silent(rule[key])) delete rule[key]
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

/** What is chosen and is not there; nothing as long as it is not known what there is. */
export const absent = (there: readonly { value: string }[] | undefined, chosen: readonly string[] = []) => (there ? chosen.filter((one) => !there.some((each) => each.value === one)) : [])

/** The choices of a list: those that there are, and those that are chosen though they are no more, so that they can be taken away. */
export function choices(there: readonly { value: string; label: string }[], chosen: readonly string[] = []) {
  return [...there, ...absent(there, chosen).map((one) => ({ value: one, label: one }))]
}
