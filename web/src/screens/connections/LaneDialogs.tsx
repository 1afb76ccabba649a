import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { actOnLane, keys, laneAt, limitLane, type Lane } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, Muted, NumberField, Select, Stack, TextField } from '@/ui'
import css from './Lanes.module.css'

type Unit = 's' | 'm' | 'h'

/** How many, in what time: 10/s. */
function RateField({ n, unit, onNumber, onUnit, label, help }: { n: number | undefined; unit: Unit; onNumber: (n: number | undefined) => void; onUnit: (unit: Unit) => void; label: string; help?: string }) {
  const t = useT()
  return (
    <div className={css.rate}>
      <NumberField label={label} help={help} value={n} onChange={onNumber} min={1} max={10_000} placeholder={t('lanes.noLimit')} />
      <Select
        label={t('lanes.unit')}
        value={unit}
        onChange={(next) => onUnit(next as Unit)}
        options={[
          { value: 's', label: t('lanes.inSecond') },
          { value: 'm', label: t('lanes.inMinute') },
          { value: 'h', label: t('lanes.inHour') },
        ]}
      />
    </div>
  )
}

function split(rate: string | undefined): { n: number | undefined; unit: Unit } {
  const [n, unit] = (rate ?? '').split('/')
  return { n: n ? Number(n) : undefined, unit: unit === 'm' || unit === 'h' ? unit : 's' }
}

/** How much a service gets at once; in force as soon as it is saved. Without a lane it asks for the address of one that was never called. */
export function LimitsDialog({ lane, onClose }: { lane?: Lane; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const [address, setAddress] = useState('')
  const now = split(lane?.limits.rate)
  const [concurrency, setConcurrency] = useState(lane?.limits.concurrency || undefined)
  const [n, setNumber] = useState(now.n)
  const [unit, setUnit] = useState<Unit>(now.unit)
  const save = useMutation({
    mutationFn: async () => {
      const given = { concurrency, rate: n ? `${n}/${unit}` : undefined }
      // What else was set for it stays.
      if (lane) return limitLane({ ...lane.limits, lane: lane.lane, ...given })
      // The form did not show what was set before: what is empty there changes nothing.
      const { lane: name, limits } = await laneAt(address.trim())
      return limitLane({ ...limits, lane: name, concurrency: given.concurrency ?? limits.concurrency, rate: given.rate ?? limits.rate })
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.lanes })
      void queries.invalidateQueries({ queryKey: keys.settings })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={lane ? t('lanes.limitsOf', { host: lane.host }) : t('lanes.limitsNew')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" disabled={!lane && (address.trim() === '' || (!n && !concurrency))} loading={save.isPending} onClick={() => save.mutate()}>
            {t('save')}
          </Button>
        </>
      }
    >
      <Stack>
        {!lane && <TextField label={t('lanes.address')} help={t('lanes.addressHelp')} placeholder="https://api.example.com" value={address} onChange={setAddress} />}
        <NumberField label={t('lanes.concurrency')} help={lane ? t('lanes.concurrencyHelp', { n: lane.usual }) : t('lanes.concurrencyNew')} value={concurrency} onChange={setConcurrency} min={1} max={1000} placeholder={lane && String(lane.usual)} width={200} />
        <RateField label={t('lanes.rate')} help={t('lanes.rateHelp')} n={n} unit={unit} onNumber={setNumber} onUnit={setUnit} />
        <Muted>{t('lanes.order')}</Muted>
        {save.error && <ErrorNote error={save.error} />}
      </Stack>
    </Dialog>
  )
}

/** After an outage: what waits goes out at a pace that the service bears. */
export function DrainDialog({ lane, onClose }: { lane: Lane; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const now = split(lane.drain || '5/s')
  const [n, setNumber] = useState(now.n)
  const [unit, setUnit] = useState<Unit>(now.unit)
  const start = useMutation({
    mutationFn: () => actOnLane({ lane: lane.lane, action: 'drain', rate: `${n}/${unit}` }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.lanes })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('lanes.drainOf', { host: lane.host })}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" disabled={!n} loading={start.isPending} onClick={() => start.mutate()}>
            {t('lanes.drainStart')}
          </Button>
        </>
      }
    >
      <Stack>
        <RateField label={t('lanes.rate')} help={t('lanes.drainHelp')} n={n} unit={unit} onNumber={setNumber} onUnit={setUnit} />
        {start.error && <ErrorNote error={start.error} />}
      </Stack>
    </Dialog>
  )
}
