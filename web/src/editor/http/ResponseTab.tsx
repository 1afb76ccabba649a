import type { ReactNode } from 'react'
import { useT } from '@/i18n'
import { NumberField, Select, TagsField } from '@/ui'
import { becomes, useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { HttpStep } from '../model/document'
import { nameFrom } from '../model/steps'
import { ConditionField } from '../step/ConditionField'
import { Labelled, VariableName } from '../step/Field'

/** When a reply is a success, how it is read, and under which names it is kept. */
export function ResponseTab({ more }: { more: ReactNode }) {
  const t = useT()
  const { kinds } = useEditor()
  const { read, put, at, preview, problem, placed } = useStep()
  const http = read<HttpStep>('/http')
  if (!http) return null
  const saved = (name: string | undefined, member: 'body' | 'status' | 'headers') => {
    const next = { ...http.save, [member]: name }
    for (const key of ['body', 'status', 'headers'] as const) if (!next[key]) delete next[key]
    put('/http/save', Object.keys(next).length > 0 ? next : undefined)
  }
  const limit = kinds.find((kind) => kind.kind === 'http')?.fields.find((field) => field.path === '/http/reply_limit')
  const wish = nameFrom(placed.step.title ?? '') || placed.step.id
  return (
    <div className={css.fields}>
      <div data-pointer={at('/http/success/codes')}>
        <TagsField label={t('okCodes')} help={t('okCodes.help')} values={http.success?.codes ?? ['2**']} onChange={(codes) => put('/http/success', clean({ ...http.success, codes: codes.length > 0 && codes.join() !== '2**' ? codes : undefined }))} error={problem('/http/success/codes')} />
      </div>
      <Labelled pointer={at('/http/success/when')} label={t('okWhen')} help={t('okWhen.help')} error={problem('/http/success/when')}>
        <ConditionField label={t('okWhen')} value={http.success?.when ?? ''} onChange={(when) => put('/http/success', clean({ ...http.success, when: when || undefined }))} becomes={becomes(preview, at('/http/success/when'))} />
      </Labelled>
      <div data-pointer={at('/http/response')}>
        <Select
          label={t('responseFormat')}
          value={http.response ?? 'auto'}
          onChange={(next) => put('/http/response', next === 'auto' ? undefined : next)}
          width={260}
          options={[
            { value: 'auto', label: t('responseFormat.auto') },
            { value: 'by-type', label: t('responseFormat.byType') },
            { value: 'json', label: 'JSON' },
            { value: 'text', label: t('responseFormat.text') },
            { value: 'binary', label: t('responseFormat.binary') },
          ]}
        />
      </div>
      <fieldset className={css.fieldset}>
        <legend>{t('saveResult')}</legend>
        <p className={css.fieldHelp}>{t('saveResult.help', { id: placed.step.id })}</p>
        <div className={css.three} data-pointer={at('/http/save')}>
          <VariableName label={t('responseBody')} value={http.save?.body ?? ''} onChange={(name) => saved(name, 'body')} error={problem('/http/save/body')} />
          <VariableName label={t('status')} value={http.save?.status ?? ''} onChange={(name) => saved(name, 'status')} error={problem('/http/save/status')} />
          <VariableName label={t('responseHeaders')} value={http.save?.headers ?? ''} onChange={(name) => saved(name, 'headers')} error={problem('/http/save/headers')} />
        </div>
        {!http.save?.body && (
          <button type="button" className={css.linkButton} onClick={() => saved(wish, 'body')}>
            {t('saveResult.wish', { name: wish })}
          </button>
        )}
      </fieldset>
      <div data-pointer={at('/http/reply_limit')}>
        <NumberField label={t('replyLimit')} help={t('replyLimit.help')} value={http.reply_limit === undefined ? undefined : Math.round(http.reply_limit / 1024)} onChange={(kb) => put('/http/reply_limit', kb ? kb * 1024 : undefined)} min={1} max={typeof limit?.max === 'number' ? Math.round(limit.max / 1024) : 10_240} placeholder="10240" unit={t('unit.kb')} width={180} />
      </div>
      {more}
    </div>
  )
}

function clean<T extends object>(value: T): T | undefined {
  const pairs = Object.entries(value).filter(([, v]) => v !== undefined)
  return pairs.length > 0 ? (Object.fromEntries(pairs) as T) : undefined
}
