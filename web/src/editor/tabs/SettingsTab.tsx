import { useQuery } from '@tanstack/react-query'
import { scenariosQuery } from '@/api'
import { useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, Choices, IconButton, TagsField, TextArea } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { variablesOf } from '../localScope'
import { PathField } from '../step/Field'

/** What holds for the whole scenario. */
export function SettingsTab() {
  const t = useT()
  const { document, put, samples, state, name } = useEditor()
  const picked = samples.picked
  const paths = picked && 'event' in picked ? variablesOf(picked.event).map((v) => v.path) : []
  const others = useQuery(scenariosQuery).data?.items ?? []
  const known = [...new Set(others.flatMap((one) => one.tags))].sort((a, b) => a.localeCompare(b))
  const wrongTag = state.problems.find((problem) => problem.pointer.startsWith('/tags'))
  const wrongDescription = state.problems.find((problem) => problem.pointer === '/description')
  return (
    <div className={css.tabPage}>
      <div data-pointer="/description">
        <TextArea
          label={t('settings.description')}
          help={t('settings.descriptionHelp')}
          rows={3}
          maxRows={12}
          value={document.description ?? ''}
          onChange={(next) => put('/description', next === '' ? undefined : next)}
          error={wrongDescription && problemWords(wrongDescription)}
        />
      </div>
      <div data-pointer="/tags">
        <TagsField
          label={t('settings.tags')}
          help={t('settings.tagsHelp')}
          values={document.tags ?? []}
          ends={[',', ';', '\n']}
          maxLength={40}
          suggestions={known}
          onChange={(next) => put('/tags', next.length > 0 ? next : undefined)}
          error={wrongTag && problemWords(wrongTag)}
        />
      </div>
      <Paths
        pointer="/search"
        title={t('settings.search')}
        help={t('settings.searchHelp')}
        nth={(n) => t('settings.searchNth', { n })}
        add={t('settings.addSearch')}
        usual="event.body.phone"
        most={8}
        value={document.search ?? []}
        paths={paths}
        onChange={(next) => put('/search', next)}
      />
      <Paths
        pointer="/data"
        title={t('settings.data')}
        help={t('settings.dataHelp')}
        nth={(n) => t('settings.dataNth', { n })}
        add={t('settings.addData')}
        usual="event.body.name"
        most={3}
        value={document.data ?? []}
        paths={paths}
        onChange={(next) => put('/data', next)}
      />
      <Choices
        label={t('settings.missing')}
        value={document.missing === 'error' ? 'error' : 'warn'}
        onChange={(next) => put('/missing', next === 'warn' ? undefined : next)}
        options={[
          { value: 'warn', label: t('settings.missingWarn'), help: t('settings.missingWarnHelp') },
          { value: 'error', label: t('settings.missingError'), help: t('settings.missingErrorHelp') },
        ]}
      />
      <p className={css.muted}>
        {t('settings.name')} <code>{name}</code>
      </p>
    </div>
  )
}

interface PathsProps {
  pointer: string
  title: string
  help: string
  nth: (n: number) => string
  add: string
  /** What is offered first where nothing is known. */
  usual: string
  most: number
  value: readonly string[]
  paths: readonly string[]
  onChange: (next: string[] | undefined) => void
}

/** Some places of the data, each picked from a sample or written. */
function Paths({ pointer, title, help, nth, add, usual, most, value, paths, onChange }: PathsProps) {
  const t = useT()
  const { state } = useEditor()
  const change = (next: string[]) => onChange(next.length > 0 ? next : undefined)
  return (
    <fieldset className={css.fieldset} data-pointer={pointer}>
      <legend>{title}</legend>
      <p className={css.fieldHelp}>{help}</p>
      {value.map((path, i) => (
        <div key={i} className={css.line}>
          <div className={css.grow}>
            <PathField label={nth(i + 1)} value={path} onChange={(next) => change(value.map((one, at) => (at === i ? next : one)))} paths={paths} />
          </div>
          <IconButton icon="trash" label={t('row.delete', { name: path })} onClick={() => change(value.filter((_, at) => at !== i))} />
        </div>
      ))}
      {state.problems
        .filter((problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`))
        .map((problem) => (
          <p key={problem.pointer} className={css.fieldError}>
            {problemWords(problem)}
          </p>
        ))}
      {value.length < most && (
        <Button size="small" icon="plus" kind="quiet" onClick={() => change([...value, paths.find((path) => !value.includes(path)) ?? usual])}>
          {add}
        </Button>
      )}
    </fieldset>
  )
}
