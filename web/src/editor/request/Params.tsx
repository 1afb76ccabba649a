import { useId, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { useT, type Key } from '@/i18n'
import { Button, Checkbox, IconButton, Menu, Panel, Select, TextField, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import type { Problem } from '../model/draft'
import { same, type Json } from '../model/json'
import { freeParam, oneLine, paramsOf, paramTypes, readAs, renameParam, type Param, type ParamType } from '../model/saved'
import { problemWords } from '@/i18n/problem'
import { paramHelp } from '../parts/describe'
import { ParamName } from './ToRequests'
import own from './request.module.css'

const typeKeys: Record<ParamType, Key> = { string: 'type.text', number: 'type.number', boolean: 'type.yesNo', object: 'type.object', list: 'type.list' }

const problemAt = (problems: readonly Problem[]) => (place: string) => {
  const found = problems.find((one) => one.pointer === place)
  return found && problemWords(found)
}

type ValueFieldProps = Omit<ComponentProps<typeof TextField>, 'value' | 'onChange' | 'type'> & { type: ParamType | undefined; value: Json | undefined; onChange: (value: Json | undefined) => void }

/** A value in one line: what is typed stands as it is typed, as long as it says the value. */
function ValueField({ type, value, onChange, ...rest }: ValueFieldProps) {
  const [typed, setTyped] = useState<string>()
  const read = (text: string) => (text === '' ? undefined : readAs(text, type))
  const change = (text: string) => {
    setTyped(text)
    onChange(read(text))
  }
  const shown = typed !== undefined && same(read(typed) ?? '', value ?? '') ? typed : oneLine(value ?? '')
  return <TextField {...rest} value={shown} onChange={change} onBlur={() => setTyped(undefined)} />
}

/** «Что передать»: what the request asks of the steps that send it. */
export function Params({ problems, used }: { problems: readonly Problem[]; /** Steps give them already. */ used: boolean }) {
  const t = useT()
  const { document, edit, put } = useEditor()
  const box = useRef<HTMLUListElement>(null)
  const helpId = useId()
  const params = paramsOf(document)
  const set = (next: readonly Param[]) => put('/params', next.length > 0 ? next : undefined)
  const change = (index: number, what: { [name in keyof Param]?: Param[name] | undefined }) =>
    set(params.map((one, i) => (i === index ? (Object.fromEntries(Object.entries({ ...one, ...what }).filter(([, value]) => value !== undefined)) as unknown as Param) : one)))
  const names = (but: number) => params.filter((_, i) => i !== but).map((one) => one.name)
  const move = (index: number, by: 1 | -1) => {
    const next = [...params]
    const [one] = next.splice(index, 1)
    if (one) next.splice(index + by, 0, one)
    set(next)
  }
  const remove = (index: number) => {
    const gone = params[index]
    const left = params.filter((_, i) => i !== index)
    set(left)
    if (gone) toast(t('row.deleted', { name: gone.name }), { undo: () => edit((now) => ({ ...now, params: [...paramsOf(now).slice(0, index), gone, ...paramsOf(now).slice(index)] })) })
  }
  const add = () => {
    set([...params, { name: freeParam('value', params.map((one) => one.name)), required: true }])
    requestAnimationFrame(() => {
      const field = [...(box.current?.querySelectorAll<HTMLInputElement>('[data-name] input') ?? [])].at(-1)
      field?.focus()
      field?.select()
    })
  }
  const problem = problemAt(problems)
  return (
    <Panel
      title={t('inputs')}
      actions={
        <Button size="small" icon="plus" onClick={add}>
          {t('add')}
        </Button>
      }
    >
      <p className={css.fieldHelp}>{t('params.help')}</p>
      {params.length > 0 && <p id={helpId} className={css.fieldHelp}>{t('params.each')}</p>}
      {used && params.length > 0 && <p className={css.fieldHelp}>{t('params.used')}</p>}
      <ul className={own.params} ref={box}>
        {params.map((param, i) => {
          const at = `/params/${i}`
          const usual = t('param.usualOf', { name: param.name })
          return (
            <li key={i} className={own.param} data-pointer={at} aria-describedby={helpId}>
              <span className={own.paramName} data-name data-pointer={`${at}/name`}>
                <ParamName name={param.name} label={t('param.nameOf', { n: i + 1 })} onDone={(next) => edit((now) => renameParam(now, i, freeParam(next, names(i))))} error={problem(`${at}/name`)} />
              </span>
              <Select<ParamType>
                ariaLabel={t('param.typeOf', { name: param.name })}
                value={param.type ?? 'string'}
                onChange={(type) => change(i, { type: type === 'string' ? undefined : type, ...(param.default === undefined ? {} : { default: readAs(oneLine(param.default), type) }), ...(param.example === undefined ? {} : { example: readAs(oneLine(param.example), type) }) })}
                options={paramTypes.map((type) => ({ value: type, label: t(typeKeys[type]) }))}
                width={112}
              />
              <Menu
                items={[
                  ...(i > 0 ? [{ label: t('param.up'), icon: 'up' as const, onClick: () => move(i, -1) }] : []),
                  ...(i < params.length - 1 ? [{ label: t('param.down'), icon: 'down' as const, onClick: () => move(i, 1) }] : []),
                  { label: t('delete'), icon: 'trash', danger: true, onClick: () => remove(i) },
                ]}
              >
                <IconButton icon="dots" size="small" label={t('param.actions', { name: param.name })} tip={false} />
              </Menu>
              <span className={own.paramMore}>
                <Checkbox label={t('param.required')} ariaLabel={`${param.name}: ${t('param.required')}`} checked={param.required === true} onChange={(on) => change(i, { required: on || undefined })} />
                {(!param.required || problem(`${at}/default`)) && (
                  <span className={own.usual} data-pointer={`${at}/default`}>
                    <span className={css.muted} aria-hidden>{t('ifEmpty')}</span>
                    <ValueField size="small" ariaLabel={usual} placeholder="—" type={param.type} value={param.default} onChange={(value) => change(i, { default: value })} error={problem(`${at}/default`)} />
                  </span>
                )}
              </span>
            </li>
          )
        })}
      </ul>
      {params.length === 0 && <p className={css.muted}>{t('params.none')}</p>}
    </Panel>
  )
}

/** «Для проверки»: the data that the request is tried with; they are kept with it. */
export function Examples({ problems, children }: { problems: readonly Problem[]; children: ReactNode }) {
  const t = useT()
  const { document, put } = useEditor()
  const helpId = useId()
  const params = paramsOf(document)
  const problem = problemAt(problems)
  return (
    <Panel title={t('examples')} actions={children}>
      {params.length === 0 ? <p className={css.muted}>{t('examples.none')}</p> : <p id={helpId} className={css.fieldHelp}>{t('examples.help')}</p>}
      <div className={own.examples}>
        {params.map((param, i) => {
          const place = `/params/${i}/example`
          return (
            <span key={i} data-pointer={place} aria-describedby={helpId}>
              <ValueField
                label={<span translate="no">{param.name}</span>}
                help={paramHelp(param.type, t)}
                type={param.type}
                value={param.example}
                placeholder={param.default === undefined ? '' : oneLine(param.default)}
                onChange={(value) => put(place, value)}
                error={problem(place)}
                required={param.required === true}
              />
            </span>
          )
        })}
      </div>
    </Panel>
  )
}
