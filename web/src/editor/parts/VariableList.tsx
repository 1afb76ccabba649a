import { useState } from 'react'
import { useT } from '@/i18n'
import { insertIntoLast } from '@/pill/PillField'
import { usePillScope } from '@/pill/scope'
import { groupName, search } from '@/pill/variables'
import { arrows, copyText, IconButton, TextField, toast } from '@/ui'
import css from '../editor.module.css'

/** Whether the list stands open under the steps; the browser remembers it. */
const foldKey = 'gonets.variables'

/** The list where it is beside the fields: under the steps, in the column to the left of the open one. */
export function VariableDock() {
  const t = useT()
  const [open, setOpen] = useState(() => localStorage.getItem(foldKey) !== 'folded')
  const fold = () => {
    localStorage.setItem(foldKey, open ? 'folded' : 'open')
    setOpen(!open)
  }
  return (
    <section className={css.dataDock} aria-label={t('variables')}>
      <header className={css.line}>
        <h3 className={css.boxHead}>{t('variables')}</h3>
        <span className={css.spring} />
        <IconButton icon={open ? 'down' : 'up'} size="small" label={t(open ? 'variables.fold' : 'variables.unfold')} expanded={open} onClick={fold} tip={false} />
      </header>
      {open && <VariableList />}
    </section>
  )
}

/** All that the step can read, to be dragged into a field or pressed. */
export function VariableList() {
  const t = useT()
  const { variables, words } = usePillScope()
  const [typed, setTyped] = useState('')
  const [current, setCurrent] = useState('')
  const found = search(typed, variables ?? [], words).slice(0, 100)
  const put = (path: string) => {
    const text = `{{ ${path} }}`
    if (!insertIntoLast(text)) void copyText(text).then((done) => done && toast(t('variables.copied')))
  }
  // One stop of Tab, however many there are: arrows go from one to the next.
  const stop = found.some(({ variable }) => variable.path === current) ? current : found[0]?.variable.path
  let group = ''
  return (
    <div className={css.variables}>
      <p className={css.fieldHelp}>{t('variables.help')}</p>
      <TextField size="small" icon="search" ariaLabel={t('variables.find')} placeholder={t('variables.find')} value={typed} onChange={setTyped} />
      <ul onKeyDown={arrows}>
        {found.map(({ variable, name }) => {
          const heading = groupName(variable, words)
          const begins = heading !== group
          group = heading
          return (
            <li key={variable.path}>
              {begins && <div className={css.variableGroup}>{heading}</div>}
              <button type="button" className={css.variable} translate={variable.usual ? undefined : 'no'} tabIndex={variable.path === stop ? 0 : -1} onFocus={() => setCurrent(variable.path)} draggable onDragStart={(event) => event.dataTransfer.setData('text/plain', `{{ ${variable.path} }}`)} onClick={() => put(variable.path)} title={variable.path}>
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
