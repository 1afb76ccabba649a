import { useState } from 'react'
import { useT } from '@/i18n'
import { Button, IconButton, NumberField, Select, type Option } from '@/ui'
import { amount, unitWord, type Unit } from './duration'
import css from './Spans.module.css'

/** A time span: a number and its unit. */
export function SpanField({ value, onChange, label, placeholder }: { value: string; onChange: (next: string) => void; label: string; placeholder?: string | undefined }) {
  const t = useT()
  const found = amount(value)
  const usual = amount(placeholder ?? '')
  const [unit, setUnit] = useState<Unit>(found?.unit ?? usual?.unit ?? 's')
  const units: Option<Unit>[] = (['s', 'm', 'h', 'd'] as const).map((one) => ({ value: one, label: unitWord(one, t) }))
  if (found?.unit === 'ms') units.unshift({ value: 'ms', label: unitWord('ms', t) })
  return (
    <span className={css.line}>
      <NumberField ariaLabel={label} value={found?.n} onChange={(n) => onChange(n === undefined ? '' : `${n}${found?.unit ?? unit}`)} min={0} width={96} whole={false} placeholder={usual ? String(usual.n) : undefined} />
      <Select
        ariaLabel={`${label}: ${t('delay.unit')}`}
        value={found?.unit ?? unit}
        onChange={(next) => {
          setUnit(next)
          if (found) onChange(`${found.n}${next}`)
        }}
        options={units}
        width={104}
      />
    </span>
  )
}

/** Pauses between the tries, one after the other; sum says how many tries that makes with the first one. */
export function Delays({ values, onChange, sum = true }: { values: readonly string[]; onChange: (values: string[]) => void; sum?: boolean }) {
  const t = useT()
  return (
    <div className={css.delays}>
      {values.map((value, i) => (
        <span key={i} className={css.delay}>
          <SpanField label={t('retries.nth', { n: i + 1 })} value={value} onChange={(next) => onChange(values.map((one, at) => (at === i ? next || '1s' : one)))} />
          <IconButton icon="close" size="small" label={t('retries.remove', { n: i + 1 })} onClick={() => onChange(values.filter((_, at) => at !== i))} tip={false} />
        </span>
      ))}
      <Button size="small" icon="plus" kind="quiet" onClick={() => onChange([...values, values[values.length - 1] ?? '5s'])}>
        {t('retries.add')}
      </Button>
      {sum && <span className={css.muted}>{t('retries.sum', { count: values.length + 1 })}</span>}
    </div>
  )
}
