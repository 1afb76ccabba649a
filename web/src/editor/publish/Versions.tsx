import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { keys, versionsQuery } from '@/api'
import { useT } from '@/i18n'
import { Badge, Blank, Button, Dialog, ErrorNote, More, Note, Skeleton, Time, toast, toastError } from '@/ui'
import { useRequestTitles } from '@/words/titles'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { normalise } from '../model/document'
import { send } from '../server'
import { ChangeList, intoSight } from './Changes'

/** Published versions; any of them can become the draft again. */
export function Versions({ onClose }: { onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const { name, info, store, edit, state } = useEditor()
  const query = useInfiniteQuery(versionsQuery(name))
  const [shown, setShown] = useState<number>()
  const [taken, setTaken] = useState<{ version: number; differing: string[] }>()
  const versions = query.data?.pages.flatMap((page) => page.items) ?? []
  const rollback = async (version: number) => {
    try {
      // The list names versions; what stands in one is asked for by itself.
      const found = await send<{ document: unknown; differing_requests?: string[] }>(`/scenarios/${encodeURIComponent(name)}/versions/${version}`, {})
      // An edit like any other: it saves itself and can be taken back.
      const { sources: _sources, ...document } = normalise(found.document)
      edit((now) => ({ ...now, ...document, sources: normalise(found.document).sources as string[] | undefined ?? now.sources, steps: document.steps }))
      await store.saveNow()
      void client.invalidateQueries({ queryKey: keys.scenario(name) })
      toast(t('versions.taken', { n: version }), { undo: () => void store.undo() })
      const differing = found.differing_requests ?? []
      if (differing.length > 0) setTaken({ version, differing })
      else onClose()
    } catch (error) {
      toastError(error, t)
    }
  }
  return (
    <Dialog open onClose={onClose} title={t('versions.title')} size="large">
      {taken && (
        <div key={taken.version} ref={intoSight}>
          <Differing {...taken} />
        </div>
      )}
      {!query.data && (query.error ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton lines={4} />)}
      {query.data && versions.length === 0 && <p className={css.muted}>{t('versions.none')}</p>}
      <ul className={css.versions}>
        {versions.map((one) => (
          <li key={one.version}>
            <div className={css.line}>
              <strong>{t('editor.version', { n: one.version })}</strong>
              {one.version === info?.version && <Badge tone="ok">{t('versions.current')}</Badge>}
              {one.damaged && <Badge tone="error">{t('versions.damaged')}</Badge>}
              <Time at={one.created_at} relative="both" />
              <span className={css.muted}>{one.actor}</span>
              <span className={css.lineEnd}>
                {!one.damaged && (
                  <Button size="small" kind="quiet" onClick={() => setShown(shown === one.version ? undefined : one.version)} expanded={shown === one.version}>
                    {t('versions.compare')}
                  </Button>
                )}
                {!one.damaged && info && (one.version !== info.version || state.hasChanges) && (
                  <Button size="small" onClick={() => void rollback(one.version)}>
                    {t('versions.take')}
                  </Button>
                )}
              </span>
            </div>
            {one.note && <p>{one.note}</p>}
            {shown === one.version && <ChangeList from={String(one.version)} to="draft" />}
          </li>
        ))}
      </ul>
      {query.hasNextPage && <More onMore={() => void query.fetchNextPage()} loading={query.isFetchingNextPage} />}
      {query.data && query.error && <ErrorNote error={query.error} onRetry={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())} />}
    </Dialog>
  )
}

/** The version that was taken sent other texts of these requests: the draft sends the present ones. */
function Differing({ version, differing }: { version: number; differing: string[] }) {
  const t = useT()
  const titleOf = useRequestTitles()
  return (
    <Note tone="warn" title={t('versions.differing', { n: version })}>
      <p>{t('versions.differingHelp')}</p>
      <ul>
        {differing.map((name) => (
          <li key={name}>
            <Link to="/requests/$name" params={{ name }}>{titleOf(name) || <Blank />}</Link>
          </li>
        ))}
      </ul>
    </Note>
  )
}
