import { useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, Choices, IconButton } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { variablesOf } from '../localScope'
import { PathField } from '../step/Field'

/** What holds for the whole scenario. */
export function SettingsTab() {
  const t = useT()
  const { document, put, samples, state, name } = useEditor()
  const search = document.search ?? []
  const picked = samples.picked
  const paths = picked && 'event' in picked ? variablesOf(picked.event).map((v) => v.path) : []
  const change = (next: string[]) => put('/search', next.length > 0 ? next : undefined)
  return (
    <div className={css.tabPage}>
      <fieldset className={css.fieldset} data-pointer="/search">
        <legend>{t('settings.search')}</legend>
        <p className={css.fieldHelp}>{t('settings.searchHelp')}</p>
        {search.map((path, i) => (
          <div key={i} className={css.line}>
            <div className={css.grow}>
              <PathField label={t('settings.searchNth', { n: i + 1 })} value={path} onChange={(next) => change(search.map((one, at) => (at === i ? next : one)))} paths={paths} />
            </div>
            <IconButton icon="trash" label={t('row.delete', { name: path })} onClick={() => change(search.filter((_, at) => at !== i))} />
          </div>
        ))}
        {state.problems
          .filter((problem) => problem.pointer.startsWith('/search'))
          .map((problem) => (
            <p key={problem.pointer} className={css.fieldError}>
              {problemWords(problem)}
            </p>
          ))}
        {search.length < 8 && (
          <Button size="small" icon="plus" kind="quiet" onClick={() => change([...search, paths.find((path) => !search.includes(path)) ?? 'event.body.phone'])}>
            {t('settings.addSearch')}
          </Button>
        )}
      </fieldset>
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
