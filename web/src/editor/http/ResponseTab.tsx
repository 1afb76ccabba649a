import type { ReactNode } from 'react'
import { useT } from '@/i18n'
import { NumberField, Select, SuggestField, TagsField } from '@/ui'
import { becomes, useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { HttpStep } from '../model/document'
import { nameFrom } from '../model/steps'
import { ConditionField } from '../step/ConditionField'
import { Labelled, VariableName } from '../step/Field'
import { ReplyTable } from './ReplyTable'
import { helpOf, useTexts } from '@/words/texts'

/** When a reply is a success, how it is read, and under which names it is kept. */
export function ResponseTab({ more }: { more: ReactNode }) {
  const t = useT()
  const texts = useTexts()
  const { alone } = useEditor()
  const { read, put, at, preview, problem, placed } = useStep()
  const http = read<HttpStep>('/http')
  if (!http) return null
  const saved = (name: string | undefined, member: 'body' | 'status' | 'headers') => {
    const next = { ...http.save, [member]: name }
    for (const key of ['body', 'status', 'headers'] as const) if (!next[key]) delete next[key]
    put('/http/save', Object.keys(next).length > 0 ? next : undefined)
  }
  const codes = texts('/http/success/codes')
  const rule = texts('/http/success/when')
  const format = texts('/http/response')
  const charset = texts('/http/response_charset')
  const limit = texts('/http/reply_limit')
  const [body, status, headers] = [texts('/http/save/body'), texts('/http/save/status'), texts('/http/save/headers')]
  const wish = nameFrom(placed.step.title ?? '') || placed.step.id
  return (
    <div className={css.fields}>
      <div data-pointer={at('/http/success/codes')}>
        <TagsField label={codes.title} help={codes.help} values={http.success?.codes ?? ['2**']} onChange={(codes) => put('/http/success', clean({ ...http.success, codes: codes.length > 0 && codes.join() !== '2**' ? codes : undefined }))} error={problem('/http/success/codes')} />
      </div>
      <Labelled pointer={at('/http/success/when')} label={rule.title} help={rule.help} error={problem('/http/success/when')}>
        <ConditionField label={rule.title} value={http.success?.when ?? ''} onChange={(when) => put('/http/success', clean({ ...http.success, when: when || undefined }))} becomes={becomes(preview, at('/http/success/when'))} />
      </Labelled>
      <div data-pointer={at('/http/response')}>
        <Select
          label={format.title}
          help={helpOf(format, http.response ?? 'auto')}
          value={http.response ?? 'auto'}
          onChange={(next) => put('/http/response', next === 'auto' ? undefined : next)}
          width={260}
          options={format.options.map(({ value, label }) => ({ value, label }))}
        />
      </div>
      {(http.response !== 'binary' || http.response_charset) && (
        <div data-pointer={at('/http/response_charset')}>
          <SuggestField label={charset.title} help={charset.help} value={http.response_charset ?? ''} onChange={(next) => put('/http/response_charset', next || undefined)} suggestions={charset.options.map((option) => option.value)} placeholder={charset.field?.placeholder} error={problem('/http/response_charset')} />
        </div>
      )}
      {/* Under which names a reply is kept is said by the step that sends the request. */}
      {!alone && (
        <>
          <fieldset className={css.fieldset}>
            <legend>{t('saveResult')}</legend>
            <p className={css.fieldHelp}>{t('saveResult.help', { id: placed.step.id })}</p>
            <div className={css.three} data-pointer={at('/http/save')}>
              <VariableName label={body.title} help={body.help} value={http.save?.body ?? ''} onChange={(name) => saved(name, 'body')} error={problem('/http/save/body')} />
              <VariableName label={status.title} help={status.help} value={http.save?.status ?? ''} onChange={(name) => saved(name, 'status')} error={problem('/http/save/status')} />
              <VariableName label={headers.title} help={headers.help} value={http.save?.headers ?? ''} onChange={(name) => saved(name, 'headers')} error={problem('/http/save/headers')} />
            </div>
            {!http.save?.body && (
              <button type="button" className={css.linkButton} onClick={() => saved(wish, 'body')}>
                {t('saveResult.wish', { name: wish })}
              </button>
            )}
          </fieldset>
          <ReplyTable />
        </>
      )}
      <div data-pointer={at('/http/reply_limit')}>
        <NumberField label={limit.title} help={limit.help} value={http.reply_limit === undefined ? undefined : Math.round(http.reply_limit / 1024)} onChange={(kb) => put('/http/reply_limit', kb ? kb * 1024 : undefined)} min={1} max={kilobytes(limit.field?.max)} placeholder={kilobytes(limit.field?.default)?.toString()} unit={t('unit.kb')} width={180} />
      </div>
      {more}
    </div>
  )
}

const kilobytes = (bytes: unknown): number | undefined => (typeof bytes === 'number' ? Math.round(bytes / 1024) : undefined)

function clean<T extends object>(value: T): T | undefined {
  const pairs = Object.entries(value).filter(([, v]) => v !== undefined)
  return pairs.length > 0 ? (Object.fromEntries(pairs) as T) : undefined
}
