import type { KindField } from '@/api'
import { useT } from '@/i18n'
import { Switch } from '@/ui'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { HttpStep, Retry } from '../model/document'
import { Field } from '../step/Field'

interface Props {
  /** The member of the step that is there or not; its fields come from the table of kinds. */
  place: '/http/retry/ask' | '/http/renew'
  label: string
  help: string
  empty: Record<string, string>
}

function Optional({ place, label, help, empty }: Props) {
  const { kinds } = useEditor()
  const { read, put, at } = useStep()
  const fields = kinds.find((kind) => kind.kind === 'http')?.fields.filter((field: KindField) => field.path.startsWith(`${place}/`) && field.within !== `${place}/body`) ?? []
  const on = read<HttpStep>(place) !== undefined
  const toggle = (yes: boolean) => {
    if (yes) return put(place, empty)
    const { ask: _gone, ...others } = read<Retry>('/http/retry') ?? {}
    if (place === '/http/renew') put(place, undefined)
    else put('/http/retry', Object.keys(others).length > 0 ? others : undefined)
  }
  return (
    <div className={css.fields} data-pointer={at(place)}>
      <Switch label={label} help={help} checked={on} onChange={toggle} />
      {on && (
        <div className={`${css.indent} ${css.fields}`}>
          {fields.map((field) => (
            <Field key={field.path} field={field} reply />
          ))}
        </div>
      )}
    </div>
  )
}

/** Whether the service is asked before a request is sent again that may have been done. */
export function AskFirst() {
  const t = useT()
  return <Optional place="/http/retry/ask" label={t('askFirst')} help={t('askFirst.help')} empty={{ url: '', done: '' }} />
}

/** Whether an earlier step is done again when what it gave is too old. */
export function RenewAccess() {
  const t = useT()
  return <Optional place="/http/renew" label={t('renewAccess')} help={t('renewAccess.help')} empty={{ when: '', step: '' }} />
}
