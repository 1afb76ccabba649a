import type { BulkGroup } from '@/api'
import { useT } from '@/i18n'
import { Note } from '@/ui'

/** How many steps are named. */
const mostNamed = 10

/** Steps that the current version does not have where the runs stand: what it would not send is read before it is chosen. */
export function LostSteps({ groups, title }: { groups: readonly BulkGroup[]; title: (scenario: string) => string }) {
  const t = useT()
  const lost = groups.filter((group) => group.step_lost)
  if (lost.length === 0) return null
  return (
    <Note tone="warn" title={t('bulk.lostSteps')}>
      <ul>
        {lost.slice(0, mostNamed).map((group) => (
          <li key={`${group.scenario} ${group.version} ${group.step}`}>
            {t(group.step_lost === 'removed' ? 'bulk.lostRemoved' : 'bulk.lostMoved', { step: `${title(group.scenario)}: ${group.step_title || group.step}`, n: group.runs })}
          </li>
        ))}
        {lost.length > mostNamed && <li>{t('bulk.skipMore', { count: lost.length - mostNamed })}</li>}
      </ul>
    </Note>
  )
}
