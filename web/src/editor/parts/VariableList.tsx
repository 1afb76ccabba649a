import { useState } from 'react'
import { useT } from '@/i18n'
import { insertIntoLast } from '@/pill/PillField'
import { usePillScope } from '@/pill/scope'
import { groupName, search } from '@/pill/variables'
import { copyText, TextField, toast } from '@/ui'
import css from '../editor.module.css'

/** All that the step can read, to be dragged into a field or pressed. */
export function VariableList() {
  const t = useT()
  const { variables, words } = usePillScope()
  const [typed, setTyped] = useState('')
  const found = search(typed, variables ?? [], words).slice(0, 100)
  const put = (path: string) => {
    const text = `{{ ${path} }}`
    if (!insertIntoLast(text)) void copyText(text).then((done) => done && toast(t('variables.copied')))
  }
  let group = ''
  return (
    <div className={css.variables}>
      <p className={css.fieldHelp}>{t('variables.help')}</p>
      <TextField size="small" icon="search" ariaLabel={t('variables.find')} placeholder={t('variables.find')} value={typed} onChange={setTyped} />
      <ul>
        {found.map(({ variable, name }) => {
          const heading = groupName(variable, words)
          const begins = heading !== group
          group = heading
          return (
            <li key={variable.path}>
              {begins && <div className={css.variableGroup}>{heading}</div>}
              <button type="button" className={css.variable} translate={variable.usual ? undefined : 'no'} draggable onDragStart={(event) => event.dataTransfer.setData('text/plain', `{{ ${variable.path} }}`)} onClick={() => put(variable.path)} title={variable.path}>
                <span>{name}</span>
                <span className={css.variableValue}>{variable.secret ? '••••' : variable.usual ? words.usual : variable.value || '—'}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
