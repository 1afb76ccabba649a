import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { eventText, keys, newKey, rerunChanged, type Run, type WhichVersion } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, Facts, jsonMistake, JsonField, memberText, Muted, Note, Segments, Select, Skeleton, Stack, TextField, toast } from '@/ui'
import { differences, fieldsOf, fits, textOf, wish, withField, type Difference, type EditedField, type EventText } from './edited'
import css from './Run.module.css'

interface Props {
  run: Run
  /** The version that is published now. */
  current: number | undefined
  onClose: () => void
}

/** Other data for a new run of the same scenario; the old run stays as it is. */
export function EditData({ run, current, onClose }: Props) {
  const t = useT()
  // Of a split batch one element is the event's data; it is asked for as text, lest its numbers lose digits.
  const split = run.event.item !== undefined
  const whole = useQuery({ queryKey: ['event-text', run.event_id], queryFn: () => eventText(run.event_id), enabled: split, staleTime: Infinity, gcTime: 0 })
  const old = useMemo(() => (split ? whole.data && textOf(run.event, memberText(whole.data, 'item')) : textOf(run.event)), [split, whole.data, run.event])
  if (old) return <Editing run={run} old={old} split={split} current={current} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={t('edit.title')} size="large">
      {whole.error ? <ErrorNote error={whole.error} onRetry={() => void whole.refetch()} /> : <Skeleton lines={6} />}
    </Dialog>
  )
}

type View = 'fields' | 'text'

function Editing({ run, old, split, current, onClose }: Props & { old: EventText; split: boolean }) {
  const t = useT()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [now, setNow] = useState(old)
  const [view, setView] = useState<View>(fieldsOf(old) ? 'fields' : 'text')
  const [mistake, setMistake] = useState<string>()
  // Set while it is asked; the key is the question's, so that a second click is the same wish.
  const [asked, setAsked] = useState<{ changes: Difference[]; key: string }>()
  const newer = current !== undefined && run.version !== undefined && current !== run.version
  const [version, setVersion] = useState<WhichVersion>('current')
  const fields = fieldsOf(now)
  const shown: View = fields ? view : 'text'
  // What is typed into the field of a number and is none yet: it would spoil the JSON.
  const [unfit, setUnfit] = useState<Record<number, string>>({})
  const change = (next: Partial<EventText>) => {
    setNow({ ...now, ...next })
    setMistake(undefined)
  }
  const setField = (field: EditedField, index: number, value: string) => {
    const { [index]: _, ...others } = unfit
    if (!fits({ ...field, value })) return setUnfit({ ...unfit, [index]: value })
    setUnfit(others)
    change({ body: withField(now, index, value) })
  }
  const going = useRef(false)
  const send = useMutation({
    mutationFn: (key: string) => rerunChanged(run.id, wish(old, now, split), newer ? version : undefined, key),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.run(run.id) })
      void queries.invalidateQueries({ queryKey: keys.stats })
      toast(t('run.rerunMade'))
      onClose()
      void navigate({ to: '/runs/$id', params: { id: made.id } })
    },
  })
  const go = () => {
    if (going.current || !asked) return
    going.current = true
    send.mutate(asked.key, { onSettled: () => (going.current = false) })
  }
  const ask = () => {
    const line = now.kind === 'json' ? jsonMistake(now.body)?.line : undefined
    const changes = differences(old, now)
    if (line) setMistake(t('edit.notJson', { line }))
    else if (Object.keys(unfit).length > 0) setMistake(t('edit.notNumber'))
    else if (changes.length === 0) setMistake(t('edit.same'))
    else setAsked({ changes, key: newKey() })
  }
  const requests = run.steps.filter((step) => step.attempts.some((attempt) => attempt.outcome === 'ok')).length
  if (asked) {
    return (
      // Its own key: the button that has the focus now must not become the one that sends.
      <Dialog
        key="ask"
        open
        onClose={onClose}
        title={t('edit.ask')}
        closable={false}
        actions={
          <>
            <Button onClick={() => (setAsked(undefined), send.reset())} disabled={send.isPending}>
              {t('edit.back')}
            </Button>
            <Button kind="main" onClick={go} loading={send.isPending}>
              {t('edit.do')}
            </Button>
          </>
        }
      >
        <Stack>
          <p>{requests > 0 ? t('run.askRerunSends', { count: requests }) : t('run.askRerunHelp')}</p>
          <Changes changes={asked.changes} />
          {newer && (
            <Select
              label={t('edit.version')}
              value={version}
              onChange={(next) => (setVersion(next), setAsked({ ...asked, key: newKey() }))}
              options={[
                { value: 'current', label: t('run.currentVersion', { n: current }) },
                { value: 'same', label: t('run.sameVersion', { n: run.version! }) },
              ]}
            />
          )}
          {send.error && <ErrorNote error={send.error} />}
        </Stack>
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('edit.title')}
      size="large"
      closable={now === old && Object.keys(unfit).length === 0}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={ask}>
            {t('edit.next')}
          </Button>
        </>
      }
    >
      <Stack>
        <Muted>{t('edit.help')}</Muted>
        {/\*\*\*/.test(old.body) && <Note tone="warn">{t('edit.masked')}</Note>}
        {(old.query !== '' || old.body === '') && <TextField label={t('edit.query')} mono value={now.query} onChange={(query) => change({ query })} />}
        {now.kind === 'binary' ? (
          <Note tone="muted">{t('edit.binary')}</Note>
        ) : (
          <>
            {fields && (
              <Segments
                ariaLabel={t('body.view')}
                size="small"
                value={shown}
                onChange={(next) => (setView(next), setUnfit({}))}
                options={[
                  { value: 'fields', label: t('edit.fields') },
                  { value: 'text', label: now.kind === 'json' ? 'JSON' : t('body.asText') },
                ]}
              />
            )}
            {shown === 'fields' && fields ? (
              <div className={css.editFields}>
                {fields.map((field, index) => {
                  const set = (value: string) => setField(field, index, value)
                  if (field.kind === 'yesno')
                    return (
                      <Select
                        key={index}
                        label={field.name}
                        value={field.value as 'true' | 'false'}
                        onChange={set}
                        options={[
                          { value: 'true', label: t('yes') },
                          { value: 'false', label: t('no') },
                        ]}
                      />
                    )
                  return <TextField key={index} label={field.name} value={field.kind === 'null' ? '' : (unfit[index] ?? field.value)} placeholder={field.kind === 'null' ? t('edit.null') : undefined} disabled={field.kind === 'null'} onChange={set} error={unfit[index] === undefined ? undefined : t('edit.number')} />
                })}
              </div>
            ) : (
              <JsonField label={t('event.body')} value={now.body} onChange={(body) => change({ body })} plain={now.kind !== 'json'} />
            )}
          </>
        )}
        {mistake && <Note tone="error">{mistake}</Note>}
      </Stack>
    </Dialog>
  )
}

function Changes({ changes }: { changes: readonly Difference[] }) {
  const t = useT()
  return (
    <Facts
      items={changes.slice(0, 50).map((one) => [
        one.name === '' ? t('event.body') : one.name === '?' ? t('edit.query') : one.name,
        one.name === '' ? t('edit.other') : one.old === undefined ? t('edit.added', { now: one.now! }) : one.now === undefined ? t('edit.removed', { old: one.old }) : t('edit.fromTo', { old: one.old, now: one.now }),
      ])}
    />
  )
}
