import { useT, type Key } from '@/i18n'
import { Muted, Stack, Switch, TextField } from '@/ui'
import { Form } from './Form'
import { isOn, ruleNames, withQuiet, withRule, type RuleName } from './rules'
import { useSettings } from './useSettings'
import css from './Settings.module.css'

const names: Record<RuleName, Key> = {
  first_failure: 'notice.first_failure',
  bad_end: 'notice.bad_end',
  recovered: 'notice.recovered',
  rejected_signatures: 'notice.rejected_signatures',
  source_silent: 'notice.source_silent',
  lane_closed: 'notice.lane_closed',
}

/** What people are told, and when they want to be left alone. */
export function RulesPanel() {
  const t = useT()
  const form = useSettings()
  const notices = form.settings.notices
  const at = (path: string) => form.at(`/notices/${path}`)
  return (
    <Form form={form} title={t('mail.tells')}>
      <p>{t('mail.tellsWhat')}</p>
      <Stack gap={8}>
        {ruleNames.map((name) => (
          <Switch key={name} label={t(names[name])} checked={isOn(notices, name)} onChange={(on) => form.set({ notices: withRule(notices, name, { on }) })} />
        ))}
      </Stack>
      <div className={css.grid2}>
        <TextField
          label={t('rule.silentAfter')}
          help={t('rule.silentAfterHelp')}
          placeholder={t('rule.learned')}
          value={notices?.rules?.source_silent?.after ?? ''}
          onChange={(after) => form.set({ notices: withRule(notices, 'source_silent', { after: after.trim() }) })}
          error={at('rules/source_silent/after')}
        />
      </div>
      <div className={css.grid2}>
        <TextField label={t('rule.quietFrom')} placeholder="22:00" value={notices?.quiet_hours?.from ?? ''} onChange={(from) => form.set({ notices: withQuiet(notices, { from: from.trim() }) })} error={at('quiet_hours/from')} />
        <TextField label={t('rule.quietTo')} placeholder="08:00" value={notices?.quiet_hours?.to ?? ''} onChange={(to) => form.set({ notices: withQuiet(notices, { to: to.trim() }) })} error={at('quiet_hours/to')} />
      </div>
      <Muted small>{t('rule.quietHelp')}</Muted>
    </Form>
  )
}
