import { useQuery } from '@tanstack/react-query'
import { runVariablesQuery, type Run } from '@/api'
import { useT } from '@/i18n'
import { CopyButton, ErrorNote, Muted, Pill, Skeleton, Stack } from '@/ui'
import { variableName } from './words'
import css from './Run.module.css'

/** The variables that a step made known, with the values that they had then. */
export function VariablesOf({ run, path }: { run: Run; path: string }) {
  const t = useT()
  const { data, error, refetch } = useQuery(runVariablesQuery(run.id))
  if (!data) return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Skeleton lines={3} />
  const found = data.items.find((one) => one.path === path)?.variables ?? []
  return (
    <>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {found.length === 0 ? (
        <Muted>{t('run.variablesNone')}</Muted>
      ) : (
        <table className={css.variables}>
          <tbody>
            {found.map((one) => (
              <tr key={one.path}>
                <th scope="row" translate="no">
                  <Pill tone={one.secret ? 'secret' : 'variable'} title={one.path}>
                    {variableName(one, found)}
                  </Pill>
                </th>
                <td className="mono">{one.secret ? '••••' : one.empty ? '—' : one.value}</td>
                <td>
                  <CopyButton text={`{{ ${one.path} }}`} label={`${t('ui.copy')}: {{ ${one.path} }}`} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

/** The same below a step that sent nothing. */
export function StepVariables({ run, path }: { run: Run; path: string }) {
  const t = useT()
  return (
    <Stack gap={8}>
      <h3>
        {t('run.variablesAfter')}
      </h3>
      <VariablesOf run={run} path={path} />
    </Stack>
  )
}
