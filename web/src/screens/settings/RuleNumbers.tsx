import { useId, type ReactNode } from 'react'
import { useT, zoned, type Key, type Translate } from '@/i18n'
import { Checkbox, Muted, NumberField, Select, TextField } from '@/ui'
import { spanWords } from '@/words/duration'
import { SpanField } from '@/words/Spans'
import { withRule, type RuleName } from './rules'
import type { Rule, useSettings } from './useSettings'
import css from './Settings.module.css'

interface Own {
  /** The numbers in a few words. */
  numbers?: string | undefined
  fields: ReactNode
  /** Something is wrong with one of them. */
  mistaken: boolean
}

/** What is usual where the fields are empty. */
const usual = { share: 20, least: 10, within: '15m', at: '09:00' }

const days = ['daily', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const dayKeys: Record<(typeof days)[number], Key> = {
  daily: 'rule.everyDay',
  monday: 'rule.monday',
  tuesday: 'rule.tuesday',
  wednesday: 'rule.wednesday',
  thursday: 'rule.thursday',
  friday: 'rule.friday',
  saturday: 'rule.saturday',
  sunday: 'rule.sunday',
}
const dayOf = (rule: Rule) => days.find((one) => one === rule.day) ?? 'daily'

function Span({ label, help, error, value, placeholder, onChange }: { label: string; help: string; error: string | undefined; value: string | undefined; placeholder?: string; onChange: (next: string) => void }) {
  const told = useId()
  return (
    <div className={css.field} role="group" aria-label={label} aria-describedby={told}>
      <span className={css.label}>{label}</span>
      <SpanField label={label} value={value ?? ''} placeholder={placeholder} onChange={onChange} />
      <span id={told}>{error ? <span className={css.wrong}>{error}</span> : <Muted small>{help}</Muted>}</span>
    </div>
  )
}

/** The fields that single rules have beside those of all. */
export function useNumbers(form: ReturnType<typeof useSettings>): Partial<Record<RuleName, Own>> {
  const t = useT()
  const notices = form.settings.notices
  const part = (name: RuleName, members: (keyof Rule)[]) => {
    const at = (member: keyof Rule) => form.at(`/notices/rules/${name}/${member}`)
    const put = (change: Partial<Rule>) => form.set({ notices: withRule(notices, name, change) })
    return { rule: notices?.rules?.[name] ?? {}, at, put, mistaken: members.some((one) => at(one)) }
  }
  const silent = part('source_silent', ['after'])
  const drift = part('field_drift', ['new'])
  const digest = part('digest', ['at', 'day'])
  const share = part('error_share', ['share', 'least', 'within'])
  return {
    source_silent: {
      numbers: silent.rule.after && t('rule.silentFor', { span: spanWords(silent.rule.after, t) ?? silent.rule.after }),
      mistaken: silent.mistaken,
      fields: <Span label={t('rule.silentAfter')} help={t('rule.silentAfterHelp')} error={silent.at('after')} value={silent.rule.after} onChange={(after) => silent.put({ after })} />,
    },
    field_drift: {
      numbers: drift.rule.new ? t('rule.newToo') : undefined,
      mistaken: drift.mistaken,
      fields: <Checkbox label={t('rule.new')} checked={drift.rule.new ?? false} onChange={(next) => drift.put({ new: next })} />,
    },
    digest: {
      numbers: t('rule.digestWords', { day: t(dayKeys[dayOf(digest.rule)]), at: zoned(digest.rule.at || usual.at) }),
      mistaken: digest.mistaken,
      fields: (
        <>
          <div className={css.grid2}>
            <Select label={t('rule.day')} help={t('rule.dayHelp')} value={dayOf(digest.rule)} onChange={(day) => digest.put({ day: day === 'daily' ? '' : day })} options={days.map((value) => ({ value, label: t(dayKeys[value]) }))} error={digest.at('day')} />
            <TextField label={t('rule.at')} help={t('rule.atHelp')} placeholder={usual.at} value={digest.rule.at ?? ''} onChange={(at) => digest.put({ at: at.trim() })} error={digest.at('at')} />
          </div>
          <Checkbox label={t('rule.empty')} checked={digest.rule.empty ?? false} onChange={(empty) => digest.put({ empty })} />
        </>
      ),
    },
    error_share: {
      numbers: shareWords(share.rule, t),
      mistaken: share.mistaken,
      fields: (
        <>
          <div className={css.grid2}>
            <NumberField label={t('rule.share')} help={t('rule.shareHelp')} unit="%" min={1} max={100} placeholder={`${usual.share} %`} value={share.rule.share} onChange={(next) => share.put({ share: next })} error={share.at('share')} />
            <NumberField label={t('rule.least')} help={t('rule.leastHelp')} min={1} placeholder={String(usual.least)} value={share.rule.least} onChange={(next) => share.put({ least: next })} error={share.at('least')} />
          </div>
          <Span label={t('rule.within')} help={t('rule.withinHelp')} error={share.at('within')} value={share.rule.within} placeholder={usual.within} onChange={(within) => share.put({ within })} />
        </>
      ),
    },
  }
}

const shareWords = (rule: Rule, t: Translate) => {
  const within = rule.within || usual.within
  return t('rule.shareWords', { share: rule.share || usual.share, least: rule.least || usual.least, span: spanWords(within, t) ?? within })
}
