import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState, type DragEvent } from 'react'
import { api, ApiError, call, keys } from '@/api'
import { useT, type Key } from '@/i18n'
import { Badge, Button, Dialog, ErrorNote, Mono, Note, Row, Skeleton, Stack, TextArea, toast, useDebounced, type BadgeTone } from '@/ui'
import { headerCount, httpOf, recognise, titleOf } from './imported'
import css from './Scenarios.module.css'

const changes: Record<string, { label: Key; tone: BadgeTone }> = {
  created: { label: 'import.created', tone: 'ok' },
  updated: { label: 'import.updated', tone: 'warn' },
  unchanged: { label: 'import.unchanged', tone: 'muted' },
}
const kinds: Record<string, Key> = { Source: 'source', Request: 'savedRequest', Scenario: 'scenario', Settings: 'nav.settings' }

// Documents travel as they were written, comments and all.
const asYaml = { bodySerializer: (body: unknown) => body as string, headers: { 'Content-Type': 'application/yaml' } }

/** A command of curl, or documents of ours, become something to work on. Nothing runs by that, and what it replaces is said first. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const still = useDebounced(text, 400)
  const kind = recognise(still)

  const curl = useQuery({
    queryKey: ['import', 'curl', still],
    queryFn: ({ signal }) => call(api.POST('/api/v1/curl', { body: { text: still }, signal })),
    enabled: kind === 'curl',
    retry: false,
  })
  const difference = useQuery({
    queryKey: ['import', 'diff', still],
    queryFn: ({ signal }) => call(api.POST('/api/v1/diff', { body: still as never, ...asYaml, signal })),
    enabled: kind === 'documents',
    retry: false,
  })
  const open = (name: string) => {
    onClose()
    void navigate({ to: '/scenarios/$name', params: { name } })
  }
  const create = useMutation({
    mutationFn: () => {
      const http = httpOf(curl.data?.step)
      return call(api.POST('/api/v1/scenarios', { body: { title: titleOf(http), document: { steps: [{ id: 'request', http }] } } }))
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      open(made.name)
    },
  })
  const apply = useMutation({
    mutationFn: (force: boolean) => call(api.POST('/api/v1/apply', { params: { query: { draft: true, force } }, body: still as never, ...asYaml })),
    onSuccess: (result) => {
      void queries.invalidateQueries()
      toast(t('import.done', { count: result.items.length }))
      const only = result.items.filter((one) => one.kind === 'Scenario')
      if (only.length === 1) open(only[0]!.name)
      else onClose()
    },
  })
  const change = (next: string) => {
    setText(next)
    apply.reset()
  }
  const take = async (chosen: File | undefined) => {
    if (chosen) change(await chosen.text())
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void take(event.dataTransfer.files[0])
  }
  const ready = still === text && ((kind === 'curl' && curl.data) || (kind === 'documents' && difference.data?.items.length))
  const http = httpOf(curl.data?.step)
  // Somebody's work stands where this would go: it is replaced only by who has read that.
  const newer = kind === 'documents' && apply.error instanceof ApiError && apply.error.code === 'draft.conflict'
  const failure = (kind === 'curl' ? curl.error : difference.error) ?? create.error ?? apply.error
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('import')}
      size="large"
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" disabled={!ready} loading={create.isPending || apply.isPending} onClick={() => (kind === 'curl' ? create.mutate() : apply.mutate(newer))}>
            {t(newer ? 'import.replace' : kind === 'documents' ? 'import.apply' : 'import.newScenario')}
          </Button>
        </>
      }
    >
      <div onDrop={drop} onDragOver={(event) => event.preventDefault()}>
        <TextArea label={t('import.paste')} help={t('import.help')} mono rows={8} maxRows={18} value={text} onChange={change} autoFocus placeholder={"curl 'https://api.example.org/leads' -H 'Content-Type: application/json' -d '{\"name\": \"…\"}'"} />
      </div>
      <Row>
        <Button size="small" icon="upload" onClick={() => file.current?.click()}>
          {t('import.file')}
        </Button>
        <input ref={file} type="file" accept=".yaml,.yml,.json,.txt,.sh" hidden onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </Row>
      {kind === 'unknown' && still.trim() !== '' && <Note tone="warn">{t('import.unknown')}</Note>}
      {(curl.isFetching || difference.isFetching) && <Skeleton lines={2} />}
      {kind === 'curl' && curl.data && (
        <Stack gap={8}>
          <p>
            {t('import.curl')} <Mono>{titleOf(http)}</Mono> · {t('import.headers', { count: headerCount(http) })}
          </p>
          {curl.data.secrets.length > 0 && <Note tone="warn">{t('import.secret', { where: [...new Set(curl.data.secrets.map((one) => one.header || one.where))].join(', ') })}</Note>}
          {curl.data.warnings.length > 0 && <Note tone="info">{t('import.left', { flags: curl.data.warnings.map((one) => one.flag).join(', ') })}</Note>}
        </Stack>
      )}
      {kind === 'documents' && difference.data && (
        <Stack gap={8}>
          <ul className={css.found}>
            {difference.data.items.map((one) => (
              <li key={`${one.kind} ${one.name}`}>
                <Badge soft tone={changes[one.change]?.tone ?? 'muted'}>
                  {t(changes[one.change]?.label ?? 'import.updated')}
                </Badge>
                <span>
                  {t(kinds[one.kind] ?? 'scenario')} <Mono>{one.name}</Mono>
                </span>
              </li>
            ))}
          </ul>
          <Note tone="info">{t('import.drafts')}</Note>
        </Stack>
      )}
      {failure && <ErrorNote error={failure} />}
    </Dialog>
  )
}
