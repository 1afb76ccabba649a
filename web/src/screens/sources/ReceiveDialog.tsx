import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError, ask, call, keys, presetsQuery, samplesQuery, secretsQuery, type Preset, type Source } from '@/api'
import { pick, useT, type Key } from '@/i18n'
import { Button, Checkbox, Choices, CopyButton, Dialog, ErrorNote, JsonField, jsonMistake, memberText, Muted, Note, NumberField, Row, Select, Skeleton, Stack, SuggestField, TextArea, TextField, toast } from '@/ui'
import { pathsOf } from './sample'
import { methodNames, over, readReceive, writeReceive, type Guard, type Receive, type Where } from './receive'
import css from './Sources.module.css'

interface Props {
  source: Source
  onClose: () => void
}

/** How a source receives: its name, methods, protection and answer. */
export function ReceiveDialog({ source, onClose }: Props) {
  const t = useT()
  // As text, lest numbers of the answer lose digits; with its mark, so that nobody else's change is overwritten.
  const got = useQuery({
    queryKey: [...keys.source(source.name), 'text'],
    queryFn: () => readSource(source.name),
    gcTime: 0,
    staleTime: Infinity,
  })
  const presets = useQuery(presetsQuery)
  // What the form leaves out is what the preset does: without the preset it cannot tell.
  const preset = presets.data?.items.find((one) => one.id === source.preset)
  if (got.data && preset) return <Form source={source} preset={preset} text={got.data.document} etag={got.data.etag} onClose={onClose} />
  const failed = got.isError || presets.isError || (presets.isSuccess && !preset)
  const again = () => {
    void got.refetch()
    void presets.refetch()
  }
  return (
    <Dialog open onClose={onClose} title={t('receive.title')} size="large">
      {failed ? <ErrorNote error={got.error ?? presets.error} onRetry={again} /> : <Skeleton lines={6} />}
    </Dialog>
  )
}

const readSource = async (name: string) => memberTextOf(await (await ask(`/sources/${encodeURIComponent(name)}`, {})).text())
const memberTextOf = (text: string): { document: string; etag: string } => ({ document: memberText(text, 'document') ?? '{}', etag: JSON.parse(memberText(text, 'etag') ?? '""') as string })

const guards: Record<Guard, Key> = { service: 'receive.guard.service', none: 'receive.guard.none', token: 'receive.guard.token', basic: 'receive.guard.basic', hmac: 'receive.guard.hmac' }
const places: Record<Where, Key> = { usual: 'receive.where.usual', header: 'receive.where.header', query: 'receive.where.query', body: 'receive.where.body', own: 'receive.where.own' }
const placeNames: Partial<Record<Where, Key>> = { header: 'receive.header', query: 'receive.parameter', body: 'receive.member' }

function Form({ source, onClose, ...opened }: Props & { preset: Preset; text: string; etag: string }) {
  const t = useT()
  const queries = useQueryClient()
  // As they were when the form was opened: a mark read later would let it write over what another has saved meanwhile.
  const [preset] = useState(opened.preset)
  const usual = { methods: preset.methods, verify: preset.verify }
  const [base, setBase] = useState(() => ({ text: opened.text, etag: opened.etag, first: readReceive(opened.text, usual) }))
  const { first } = base
  const [form, setForm] = useState(first)
  const [mistake, setMistake] = useState<{ place: 'methods' | 'json' | 'place' | 'secret'; words: string }>()
  const set = (next: Partial<Receive>) => {
    setForm({ ...form, ...next })
    setMistake(undefined)
    save.reset()
  }
  const save = useMutation({
    mutationFn: ({ text, etag, wanted }: { text: string; etag: string; wanted: Receive }) =>
      call(
        api.PUT('/api/v1/sources/{name}', {
          params: { path: { name: source.name }, header: { 'If-Match': etag } },
          body: {} as never,
          bodySerializer: () => `{"document":${writeReceive(text, wanted, usual)}}`,
        }),
      ),
    onSuccess: (next) => {
      queries.setQueryData(keys.source(source.name), next)
      void queries.invalidateQueries({ queryKey: keys.sources })
      toast(t('settings.saved'))
      onClose()
    },
  })
  // Another person was quicker: what is there now is read, and the person says whose it shall be.
  const meet = useMutation({
    mutationFn: async (whose: 'theirs' | 'mine') => {
      const now = await readSource(source.name)
      return { whose, text: now.document, etag: now.etag, first: readReceive(now.document, usual) }
    },
    onSuccess: ({ whose, ...now }) => {
      const wanted = whose === 'mine' ? over(now.first, first, form) : now.first
      setBase(now)
      setForm(wanted)
      save.reset()
      if (whose === 'mine') save.mutate({ ...now, wanted })
    },
  })
  const refused = save.error instanceof ApiError ? save.error : undefined
  const overtaken = refused?.code === 'draft.conflict'
  const needsPlace = (form.guard === 'token' || form.guard === 'hmac') && form.where in placeNames
  const go = () => {
    const line = form.answer === 'json' ? jsonMistake(form.json)?.line : undefined
    if (form.methods.length === 0) setMistake({ place: 'methods', words: t('receive.noMethod') })
    else if (needsPlace && form.place.trim() === '') setMistake({ place: 'place', words: t('receive.noPlace') })
    else if ((form.guard === 'token' || form.guard === 'basic' || form.guard === 'hmac') && !form.verify.secret) setMistake({ place: 'secret', words: t('receive.noSecret') })
    else if (line) setMistake({ place: 'json', words: t('edit.notJson', { line }) })
    else save.mutate({ ...base, wanted: form })
  }
  const at = (place: string, pointer: string) => (mistake?.place === place ? mistake.words : refused?.at(pointer))
  const verify = (next: Partial<Receive['verify']>) => set({ verify: { ...form.verify, ...next } })
  const offered = (Object.keys(guards) as Guard[]).filter((one) => one !== 'service' || usual.verify !== 'none' || first.guard === 'service')
  const wheres = (['usual', 'header', 'query', 'body', 'own'] as const).filter((one) => (one === 'own' ? first.where === 'own' : form.guard === 'hmac' ? one !== 'usual' : true))
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('receive.title')}
      size="large"
      closable={form === first}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={go} loading={save.isPending} disabled={form === first}>
            {t('save')}
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        <TextField label={t('column.title')} help={t('receive.titleHelp')} value={form.title} onChange={(title) => set({ title })} error={refused?.at('/title')} />
        <div role="group" aria-label={t('receive.methods')}>
          <Stack gap={4}>
            <span className={css.label}>{t('receive.methods')}</span>
            <Muted small>{t('receive.methodsHelp')}</Muted>
            <Row gap={16}>
              {methodNames.map((method) => (
                <Checkbox key={method} label={method} checked={form.methods.includes(method)} onChange={(on) => set({ methods: on ? [...form.methods, method] : form.methods.filter((one) => one !== method) })} />
              ))}
            </Row>
            {at('methods', '/accept/methods') && <Note tone="error">{at('methods', '/accept/methods')}</Note>}
          </Stack>
        </div>
        <Select<Guard>
          label={t('sources.verify')}
          help={form.guard === 'none' ? t('sources.verifyNone') : form.guard === 'service' ? t('receive.guard.serviceHelp', { name: pick(preset.title) || source.preset }) : t(form.guard === 'hmac' ? 'receive.guard.hmacHelp' : form.guard === 'basic' ? 'receive.guard.basicHelp' : 'receive.guard.tokenHelp')}
          value={form.guard}
          onChange={(guard) => set({ guard, where: guard === 'hmac' && form.where === 'usual' ? 'header' : form.where })}
          options={offered.map((value) => ({ value, label: t(guards[value]) }))}
          error={refused?.at('/verify/kind')}
        />
        {(form.guard === 'token' || form.guard === 'hmac') && (
          <Row gap={12} align="start">
            <Select<Where> label={t('receive.where')} help={t(form.guard === 'hmac' ? 'receive.whereSignature' : 'receive.whereKey')} value={form.where} onChange={(where) => set({ where })} options={wheres.map((value) => ({ value, label: t(places[value]) }))} width={350} />
            {needsPlace && <TextField label={t(placeNames[form.where]!)} help={t(form.where === 'body' ? 'receive.memberHelp' : 'receive.placeHelp')} mono value={form.place} onChange={(place) => set({ place })} error={at('place', '/verify/header') ?? refused?.at('/verify/places')} />}
          </Row>
        )}
        {form.guard === 'basic' && <TextField label={t('receive.user')} help={t('receive.userHelp')} value={form.verify.user ?? ''} onChange={(user) => verify({ user })} autoComplete="off" />}
        {form.guard === 'hmac' && (
          <>
            <Row gap={12} align="start">
              <Select label={t('receive.algorithm')} help={t('receive.algorithmHelp')} value={form.verify.algorithm ?? 'sha256'} onChange={(algorithm) => verify({ algorithm })} options={['sha256', 'sha512', 'sha1', 'md5'].map((value) => ({ value, label: value.toUpperCase() }))} width={160} error={refused?.at('/verify/algorithm')} />
              <Select
                label={t('receive.encoding')}
                help={t('receive.encodingHelp')}
                value={form.verify.encoding ?? 'hex'}
                onChange={(encoding) => verify({ encoding })}
                options={[
                  { value: 'hex', label: 'hex' },
                  { value: 'hex-any-case', label: t('receive.hexAnyCase') },
                  { value: 'base64', label: 'Base64' },
                ]}
                width={200}
                error={refused?.at('/verify/encoding')}
              />
              <TextField label={t('receive.prefix')} help={t('receive.prefixHelp')} mono placeholder="sha256=" value={form.verify.prefix ?? ''} onChange={(prefix) => verify({ prefix })} />
            </Row>
            <TextField label={t('receive.signed')} help={t('receive.signedHelp')} mono placeholder="{body}" value={form.verify.signed ?? ''} onChange={(signed) => verify({ signed })} error={refused?.at('/verify/signed') ?? refused?.at('/verify/timestamp')} />
          </>
        )}
        {form.guard !== 'none' && <SecretChoice source={source.name} guard={form.guard} value={form.verify.secret} onChange={(secret) => verify({ secret })} error={at('secret', '/verify/secret')} />}
        <Choices
          label={t('receive.answer')}
          value={form.answer}
          onChange={(answer) => set({ answer })}
          options={[
            { value: 'service', label: t('receive.answer.service'), help: `${preset.reply.status} ${preset.reply.text}` },
            { value: 'text', label: t('receive.answer.text') },
            { value: 'json', label: 'JSON' },
          ]}
        />
        {form.answer === 'text' && <TextArea label={t('receive.answer.text')} help={t('receive.eventId')} value={form.text} onChange={(next) => set({ text: next })} rows={2} placeholder="OK" error={refused?.at('/reply/text')} />}
        {form.answer === 'json' && <JsonField label="JSON" value={form.json} onChange={(json) => set({ json })} error={at('json', '/reply/json')} help={t('receive.eventId')} />}
        <Row gap={12} align="start">
          <NumberField label={t('receive.status')} help={t('receive.statusHelp')} value={form.status} onChange={(status) => set({ status })} min={200} max={599} placeholder={String(preset.reply.status)} width={160} error={refused?.at('/reply/status')} />
          <NumberField label={t('receive.wait')} help={t('receive.waitHelp')} value={form.wait} onChange={(wait) => set({ wait })} min={0} max={25} placeholder={String(preset.reply.wait_s)} width={240} error={refused?.at('/reply/wait')} />
        </Row>
        <OrderField source={source.name} value={form.order} onChange={(order) => set({ order })} error={refused?.at('/order')} />
        {save.error && !overtaken && <ErrorNote error={save.error} />}
        {overtaken && (
          <Note
            tone="warn"
            title={t('receive.overtaken')}
            actions={
              <>
                <Button size="small" onClick={() => meet.mutate('mine')} loading={meet.isPending && meet.variables === 'mine'} disabled={meet.isPending}>
                  {t('receive.keepMine')}
                </Button>
                <Button size="small" onClick={() => meet.mutate('theirs')} loading={meet.isPending && meet.variables === 'theirs'} disabled={meet.isPending}>
                  {t('receive.takeTheirs')}
                </Button>
              </>
            }
          >
            {t('receive.overtakenHelp')}
          </Note>
        )}
        {meet.error && <ErrorNote error={meet.error} />}
      </Stack>
    </Dialog>
  )
}

/** By which value events keep their order: written, or picked from the last event. */
function OrderField({ source, ...field }: { source: string; value: string; onChange: (path: string) => void; error: string | undefined }) {
  const t = useT()
  const last = useQuery(samplesQuery(source)).data?.items[0]
  const paths = last && !last.encoding ? pathsOf(last) : []
  return <SuggestField label={t('receive.order')} help={t('receive.orderHelp')} placeholder="body.order.id" suggestions={paths} mono {...field} />
}

/** Which secret proves the sender; a new one is made here and shown once. */
function SecretChoice({ source, guard, value, onChange, error }: { source: string; guard: Guard; value: string | undefined; onChange: (name: string | undefined) => void; error: string | undefined }) {
  const t = useT()
  const queries = useQueryClient()
  const { data, error: unknown, refetch } = useQuery(secretsQuery)
  const [made, setMade] = useState<{ name: string; value: string }>()
  const names = (data?.items ?? []).map((one) => one.name)
  const create = useMutation({
    mutationFn: async () => {
      let name = `${source}-key`.slice(0, 60)
      for (let n = 2; names.includes(name); n++) name = `${source.slice(0, 50)}-key-${n}`
      const bytes = crypto.getRandomValues(new Uint8Array(24))
      const secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
      await call(api.PUT('/api/v1/secrets/{name}', { params: { path: { name } }, body: { value: secret } }))
      return { name, value: secret }
    },
    onSuccess: (next) => {
      void queries.invalidateQueries({ queryKey: keys.secrets })
      setMade(next)
      onChange(next.name)
    },
  })
  const all = value && !names.includes(value) ? [...names, value] : names
  return (
    <Stack gap={8}>
      <Row gap={12} align="end">
        <Select label={guard === 'basic' ? t('receive.password') : t('receive.secret')} help={t('receive.secretHelp')} value={value ?? ''} onChange={(name) => onChange(name || undefined)} options={[{ value: '', label: t('receive.secretNone') }, ...all.map((name) => ({ value: name, label: name }))]} width={320} error={error} />
        {/* Without the names that are taken, the new one could be written over a secret that senders use. */}
        <Button onClick={() => create.mutate()} loading={create.isPending} disabled={!data} icon="plus">
          {t('receive.secretNew')}
        </Button>
      </Row>
      {made && made.name === value && (
        <Note tone="ok" title={t('receive.secretMade')} actions={<CopyButton text={made.value} kind="default">{t('ui.copy')}</CopyButton>}>
          <code>{made.value}</code>
        </Note>
      )}
      {!data && unknown && <ErrorNote error={unknown} onRetry={() => void refetch()} />}
      {create.error && <ErrorNote error={create.error} />}
    </Stack>
  )
}
