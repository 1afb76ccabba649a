import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, call, keys, sessionQuery, type Source, type SourceAddress } from '@/api'
import { ago, useT } from '@/i18n'
import { Badge, Button, Confirm, CopyButton, ErrorNote, Muted, Panel, Row, Stack, toastError } from '@/ui'
import { Reach } from '@/words/Reach'
import css from './Sources.module.css'

/** One address for ever; to replace it, add a second, move the senders, then retire the first. */
export function Addresses({ source, events }: { source: Source; events: readonly { outside?: boolean; received_at: string }[] }) {
  const t = useT()
  const session = useQuery(sessionQuery).data
  const queries = useQueryClient()
  const [retiring, setRetiring] = useState<number>()
  const done = (next: Source) => {
    queries.setQueryData(keys.source(source.name), next)
    void queries.invalidateQueries({ queryKey: keys.sources })
  }
  const add = useMutation({
    mutationFn: () => call(api.POST('/api/v1/sources/{name}/addresses', { params: { path: { name: source.name } } })),
    onSuccess: (next) => done(next as Source),
    onError: (error) => toastError(error, t),
  })
  // The API counts addresses from 1.
  const retire = useMutation({
    mutationFn: (n: number) => call(api.DELETE('/api/v1/sources/{name}/addresses/{n}', { params: { path: { name: source.name, n } } })),
    onSuccess: (next) => {
      setRetiring(undefined)
      if (next) done(next as Source)
      else void queries.invalidateQueries({ queryKey: keys.source(source.name) })
    },
  })
  const addresses: SourceAddress[] = source.addresses ?? source.urls.map((url) => ({ url, created_at: source.created_at }))
  return (
    <Panel
      title={t('sources.addressTitle')}
      actions={
        <Button size="small" icon="plus" onClick={() => add.mutate()} loading={add.isPending}>
          {t('addAddress')}
        </Button>
      }
    >
      <Stack>
        {addresses.map((address, index) => (
          <div key={address.url} className={css.addressLine}>
            <code className={css.fullAddress}>{address.url}</code>
            <Row gap={8}>
              <CopyButton text={address.url} kind="default">
                {t('ui.copy')}
              </CopyButton>
              {address.last_used_at ? <Muted>{t('sources.lastUsed', { time: ago(address.last_used_at) })}</Muted> : source.addresses ? <Muted>{t('sources.neverUsed')}</Muted> : null}
              {addresses.length > 1 && index === addresses.length - 1 && <Badge tone="muted">{t('sources.newest')}</Badge>}
              {addresses.length > 1 && (
                <Button size="small" kind="quiet" onClick={() => setRetiring(index)}>
                  {t(index === addresses.length - 1 ? 'ui.remove' : 'retireAddress')}
                </Button>
              )}
            </Row>
          </div>
        ))}
        <Reach session={session} address={source.url ?? ''} proof={events.find((event) => event.outside)} />
      </Stack>
      {retiring !== undefined && (
        <Confirm open onClose={() => setRetiring(undefined)} onConfirm={() => retire.mutate(retiring + 1)} busy={retire.isPending} danger title={t('sources.retireTitle')} confirm={t('retireAddress')}>
          <p>{t('sources.retireHelp')}</p>
          <code className={css.fullAddress}>{addresses[retiring]?.url}</code>
          {retire.error && <ErrorNote error={retire.error} />}
        </Confirm>
      )}
    </Panel>
  )
}
