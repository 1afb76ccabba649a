import { useT } from '@/i18n'

/** How many steps are named. */
const mostNamed = 10

interface Props {
  /** A step with how many runs stand there; the same one may come again. */
  at: [step: string, runs: number][]
  /** How many runs are meant, and as it is shown. */
  total: number
  shown: string
}

/** At which steps the runs stand: what is left out is read before. */
export function SkippedSteps({ at, total, shown }: Props) {
  const t = useT()
  const runs = new Map<string, number>()
  for (const [step, n] of at) runs.set(step, (runs.get(step) ?? 0) + n)
  const known = [...runs.values()].reduce((sum, n) => sum + n, 0)
  return (
    <div>
      <p>{t('bulk.skipSteps')}</p>
      <ul>
        {[...runs].slice(0, mostNamed).map(([step, n]) => (
          <li key={step}>{t('bulk.skipAt', { step, n })}</li>
        ))}
        {runs.size > mostNamed && <li>{t('bulk.skipMore', { count: runs.size - mostNamed })}</li>}
        {known < total && <li>{t('bulk.skipNewest', { n: known, shown })}</li>}
      </ul>
    </div>
  )
}
