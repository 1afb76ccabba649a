import { useQuery } from '@tanstack/react-query'
import { scenariosQuery, settingsQuery, sourcesQuery } from '@/api'
import { timeZone, useT, type Key } from '@/i18n'
import { Muted, TextField } from '@/ui'
import { Form } from './Form'
import { RuleRow, type Offers } from './RuleRow'
import { useNumbers } from './RuleNumbers'
import { ruleNames, withQuiet, type RuleName } from './rules'
import { useSettings, type Settings } from './useSettings'
import css from './Settings.module.css'

const titles: Record<RuleName, Key> = {
  first_failure: 'notice.first_failure',
  bad_end: 'notice.bad_end',
  recovered: 'notice.recovered',
  rejected_signatures: 'notice.rejected_signatures',
  source_silent: 'notice.source_silent',
  field_drift: 'notice.field_drift',
  error_share: 'notice.error_share',
  certificate_expiring: 'notice.certificate_expiring',
  disk_low: 'notice.disk_low',
  lane_closed: 'notice.lane_closed',
  success: 'notice.success',
  digest: 'notice.digest',
}
const when: Record<RuleName, Key> = {
  first_failure: 'rule.when.first_failure',
  bad_end: 'rule.when.bad_end',
  recovered: 'rule.when.recovered',
  rejected_signatures: 'rule.when.rejected_signatures',
  source_silent: 'rule.when.source_silent',
  field_drift: 'rule.when.field_drift',
  error_share: 'rule.when.error_share',
  certificate_expiring: 'rule.when.certificate_expiring',
  disk_low: 'rule.when.disk_low',
  lane_closed: 'rule.when.lane_closed',
  success: 'rule.when.success',
  digest: 'rule.when.digest',
}

/** What rules can be narrowed to: the channels that are saved, the scenarios, the sources. */
function useOffers(): Offers {
  const t = useT()
  const { data } = useQuery(settingsQuery)
  const saved = data as Settings | undefined
  const { data: scenarios } = useQuery(scenariosQuery)
  const { data: sources } = useQuery(sourcesQuery)
  const options = (items: readonly { name: string; title?: string }[] = []) => items.map(({ name, title }) => ({ value: name, label: title || name }))
  return {
    channels: [{ value: 'mail', label: t('mail.title') }, ...(saved?.notices?.channels ?? []).map(({ name }) => ({ value: name, label: name }))],
    scenarios: options(scenarios?.items),
    sources: options(sources?.items),
    // Of a longer list it is not known what is not there.
    whole: { scenarios: scenarios !== undefined && !scenarios.next, sources: sources !== undefined && !sources.next },
  }
}

/** What people are told, where, and when they want to be left alone. */
export function RulesPanel() {
  const t = useT()
  const form = useSettings()
  const offers = useOffers()
  const notices = form.settings.notices
  const at = (path: string) => form.at(`/notices/${path}`)
  const own = useNumbers(form)
  return (
    <Form form={form} title={t('mail.tells')}>
      <p>{t('mail.tellsWhat')}</p>
      <ul className={css.list}>
        {ruleNames.map((name) => (
          <RuleRow key={name} name={name} title={t(titles[name])} when={t(when[name])} form={form} offers={offers} hours={name !== 'digest'} {...own[name]} />
        ))}
      </ul>
      <div className={css.grid2}>
        <TextField label={t('rule.quietFrom')} help={t('rule.quietFromHelp')} placeholder="22:00" value={notices?.quiet_hours?.from ?? ''} onChange={(from) => form.set({ notices: withQuiet(notices, { from: from.trim() }) })} error={at('quiet_hours/from')} />
        <TextField label={t('rule.quietTo')} help={t('rule.quietToHelp')} placeholder="08:00" value={notices?.quiet_hours?.to ?? ''} onChange={(to) => form.set({ notices: withQuiet(notices, { to: to.trim() }) })} error={at('quiet_hours/to')} />
      </div>
      <Muted small>{t('rule.quietHelp', { zone: timeZone() })}</Muted>
    </Form>
  )
}
