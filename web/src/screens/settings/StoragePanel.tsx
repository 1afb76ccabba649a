import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, call, keys, statsQuery, storageQuery, type Storage } from '@/api'
import { clock, counted, days, number, size, useT, type Translate } from '@/i18n'
import { Button, ErrorNote, Facts, Muted, Note, Panel, Skeleton, Stack, toast, toastError } from '@/ui'
import { useScenarioTitles } from '@/words/titles'
import css from './Storage.module.css'

const day = 86_400

/** How much room there is, what the history takes and what of it goes next. */
export function StoragePanel() {
  const { data: storage, error, isPending, refetch } = useQuery(storageQuery)
  if (error && !storage) return <ErrorNote error={error} onRetry={() => void refetch()} />
  if (isPending || !storage) return <Skeleton lines={6} />
  return (
    <Stack gap={16}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      <Now storage={storage} />
      <Next storage={storage} />
      <History storage={storage} />
    </Stack>
  )
}

function Now({ storage }: { storage: Storage }) {
  const t = useT()
  const { data: stats } = useQuery(statsQuery)
  const active = stats ? Object.values(stats.runs).reduce((a, b) => a + b, 0) : 0
  const { disk } = storage
  const known = disk.total_bytes !== undefined && disk.total_bytes > 0
  const room = { free: size(disk.free_bytes ?? 0), total: size(disk.total_bytes ?? 0) }
  return (
    <Panel title={t('settings.nowKept')}>
      <Stack>
        {disk.level === 'full' && disk.holds_database && (
          <Note tone="error" title={t('storage.fullNote')}>
            {t('storage.fullNoteHelp')}
          </Note>
        )}
        {disk.level === 'low' && disk.holds_database && (
          <Note tone="warn" title={t('storage.lowNote')}>
            {t('storage.lowNoteHelp')}
          </Note>
        )}
        <Facts
          items={[
            known && [
              t('storage.disk'),
              <>
                <Meter share={1 - (disk.free_bytes ?? 0) / disk.total_bytes!} level={disk.level} />
                {t(disk.holds_database ? 'storage.free' : 'storage.freeElsewhere', room)}
              </>,
            ],
            [t('settings.database'), t('storage.databaseOf', { size: size(storage.database_bytes), used: size(storage.data_bytes) })],
            disk.holds_database && [t('storage.ballast'), ballast(disk, t)],
            stats && [t('settings.active'), counted(active)],
          ]}
        />
      </Stack>
    </Panel>
  )
}

function ballast(disk: Storage['disk'], t: Translate): string {
  if (disk.ballast_wanted_bytes === 0) return t('storage.ballastNone')
  if (disk.ballast_bytes > 0) return t('storage.ballastHave', { size: size(disk.ballast_bytes) })
  return t('storage.ballastMissing', { size: size(2 * disk.ballast_wanted_bytes) })
}

/** How full something is; the words beside it say the same. */
function Meter({ share, level }: { share: number; level?: string }) {
  return (
    <span className={css.meter} data-level={level} aria-hidden="true">
      <span style={{ width: `${Math.min(100, Math.max(1, share * 100))}%` }} />
    </span>
  )
}

function Next({ storage }: { storage: Storage }) {
  const t = useT()
  const queries = useQueryClient()
  const clean = useMutation({
    mutationFn: () => call(api.POST('/api/v1/storage/clean')),
    onSuccess: () => {
      toast(t('storage.cleaning'))
      void queries.invalidateQueries({ queryKey: keys.storage })
    },
    onError: (error) => toastError(error, t),
  })
  const r = storage.retention
  const count = (one: { count: number; more: boolean }) => (one.more ? `${number(one.count)}+` : number(one.count))
  const age = days(Math.round(r.age_seconds / day))
  return (
    <Panel
      title={t('storage.goes')}
      actions={
        <Button size="small" onClick={() => clean.mutate()} loading={clean.isPending}>
          {t('storage.clean')}
        </Button>
      }
    >
      <Facts
        items={[
          [t('storage.goesAge', { age }), r.next_7d.count > 0 ? t('storage.goesAgeText', { day: count(r.next_24h), week: count(r.next_7d) }) : t('storage.goesNone')],
          r.size_bytes
            ? [
                t('storage.goesSize', { limit: size(r.size_bytes) }),
                r.over_bytes ? t('storage.goesSizeText', { over: size(r.over_bytes), runs: number(r.over_runs ?? 0) }) : t('storage.goesSizeFits'),
              ]
            : null,
          r.oldest_at ? [t('storage.oldest'), clock(r.oldest_at)] : null,
          r.week_bytes > 0 && r.age_seconds > 7 * day ? [t('storage.weekBytes'), t('storage.weekBytesText', { size: size(r.week_bytes) })] : null,
        ]}
      />
    </Panel>
  )
}

function History({ storage }: { storage: Storage }) {
  const t = useT()
  const title = useScenarioTitles()
  const most = storage.scenarios[0]?.bytes ?? 0
  return (
    <Panel title={t('storage.history')}>
      {storage.scenarios.length === 0 ? (
        <Muted>{t('storage.historyNone')}</Muted>
      ) : (
        <Stack>
          <ul className={css.history}>
            {storage.scenarios.map((one) => (
              <li key={one.scenario}>
                <Link to="/runs" search={{ q: `scenario:${one.scenario}` } as never} className={css.name}>
                  {title(one.scenario)}
                </Link>
                <Muted>{t('storage.historyRow', { size: size(one.bytes), runs: number(one.runs) })}</Muted>
                <Meter share={most > 0 ? one.bytes / most : 0} />
              </li>
            ))}
          </ul>
          <Muted small>{t('storage.estimate', { count: storage.sampled })}</Muted>
        </Stack>
      )}
    </Panel>
  )
}
