import { useT, type Translate } from '@/i18n'
import { Button, Checkbox, Choices, Note } from '@/ui'
import { GrowthFields, QuietFields, RetryOn, saysOn, Says, usualGrowth, usualOn, usualQuiet } from '@/words/RetryParts'
import { Delays } from '@/words/Spans'
import { useTexts, type FieldTexts } from '@/words/texts'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { Retry } from '../model/document'
import { readerOfStatus } from '../model/status'
import { durationWords, titleOf } from '../parts/describe'
import { DurationField, Labelled } from '../step/Field'

type Way = 'default' | 'delays' | 'exponential' | 'none'

const wayOf = (retry: Retry | undefined): Way => (retry?.exponential ? 'exponential' : retry?.delays === undefined ? 'default' : retry.delays.length === 0 ? 'none' : 'delays')

/** How a request that failed is tried again, in plain words. */
export function RetryField() {
  const t = useT()
  const { read, put } = useStep()
  const texts = useTexts()
  const retry = read<Retry>('/http/retry')
  const way = wayOf(retry)
  const store = (change: Partial<Retry>) => {
    const next: Retry = { ...retry, ...change }
    for (const key of Object.keys(next) as (keyof Retry)[]) if (next[key] === undefined) delete next[key]
    put('/http/retry', Object.keys(next).length > 0 ? next : undefined)
  }
  const choose = (next: Way) => {
    if (next === way) return
    if (next === 'default') store({ delays: undefined, exponential: undefined })
    if (next === 'none') store({ delays: [], exponential: undefined })
    if (next === 'delays') store({ delays: ['5s', '30s', '1m'], exponential: undefined })
    if (next === 'exponential') store({ delays: undefined, exponential: usualGrowth })
  }
  const on = retry?.on ?? usualOn
  const pauses = texts('/http/retry/delays')
  const deadline = texts('/http/retry/deadline')
  const ways = texts('/http/retry')
  const e = retry?.exponential
  return (
    <div className={css.fields}>
      <Choices<Way>
        ariaLabel={ways.title}
        value={way}
        onChange={choose}
        options={ways.options as { value: Way; label: string }[]}
      />
      {way === 'delays' && (
        <div className={css.indent}>
          <p className={css.fieldHelp}>{pauses.help}</p>
          <Delays values={retry?.delays ?? []} onChange={(delays) => store({ delays: delays.length > 0 ? delays : ['5s'] })} />
        </div>
      )}
      {way === 'exponential' && e && (
        <div className={css.indent}>
          <GrowthFields growth={e} onChange={(exponential) => store({ exponential })} />
        </div>
      )}
      {way !== 'none' && (
        <Labelled pointer="" label={deadline.title} help={deadline.help}>
          <DurationField label={deadline.title} value={retry?.deadline ?? ''} onChange={(deadline) => store({ deadline: deadline || undefined })} />
        </Labelled>
      )}
      {way !== 'none' && (
        <RetryOn on={on} onChange={(next) => store({ on: next.length === usualOn.length && usualOn.every((one) => next.includes(one)) ? undefined : next })} />
      )}
      {way !== 'none' && <QuietHours quiet={retry?.quiet} onChange={(quiet) => store({ quiet })} />}
      {way !== 'none' && (
        <Says label={t('retries.words')} sentences={sentences(retry, on, t, texts('/http/retry/on'))} />
      )}
    </div>
  )
}

/** The hours in which nothing is tried again. */
function QuietHours({ quiet, onChange }: { quiet: Retry['quiet']; onChange: (quiet: Retry['quiet']) => void }) {
  const t = useT()
  const { problem } = useStep()
  return (
    <>
      <Checkbox label={t('quiet')} checked={quiet !== undefined} onChange={(yes) => onChange(yes ? usualQuiet() : undefined)} help={t('quiet.help')} />
      {quiet && (
        <div className={css.indent}>
          <QuietFields quiet={quiet} onChange={onChange} error={(member) => problem(`/http/retry/quiet/${member}`)} />
        </div>
      )}
    </>
  )
}

/** What the policy does, case by case, as one would tell it. */
function sentences(retry: Retry | undefined, on: readonly string[], t: Translate, table: FieldTexts): string[] {
  const out = saysOn(on, retry?.ask !== undefined, t, table)
  if (retry?.quiet) out.push(t('retries.say.quiet', retry.quiet))
  if (retry?.deadline) out.push(t('retries.say.deadline', { span: durationWords(retry.deadline, t) }))
  return out
}

type Failure = 'pause' | 'continue' | 'fail'

/** What follows when the tries are used up. */
export function OnFailure({ place }: { place: '/http/on_failure' | '/on_failure' }) {
  const t = useT()
  const { steps, kinds } = useEditor()
  const { read, put, placed } = useStep()
  const texts = useTexts()(place)
  const now = read<Failure>(place) ?? 'pause'
  const reads = now === 'pause' ? readerOfStatus(steps, placed) : undefined
  return (
    <>
      <Choices<Failure>
        label={texts.title}
        help={texts.help}
        value={now}
        onChange={(choice) => put(place, choice === 'pause' ? undefined : choice)}
        options={texts.options as { value: Failure; label: string }[]}
      />
      {reads && (
        <Note
          tone="info"
          title={t('continue.hint', { n: reads.number })}
          actions={
            <Button size="small" onClick={() => put(place, 'continue')}>
              {t('choose')}
            </Button>
          }
        >
          {titleOf(reads.step, t, kinds)}
        </Note>
      )}
    </>
  )
}
