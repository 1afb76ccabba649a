import { useState } from 'react'
import { useT } from '@/i18n'
import { Button, IconButton, NumberField, Select, type Option } from '@/ui'
import { amount, unitWord, type Unit } from './duration'
import css from './Spans.module.css'

interface SpanFieldProps {
  value: string
  onChange: (next: string) => void
  label: string
  placeholder?: string | undefined
  /** What is emptied and left so becomes again what it was. */
  required?: boolean
}

/** A time span: a number and its unit. While it is typed it stays as it is typed: 60 s becomes 1 min when the field is left. */
export function SpanField({ value, onChange, label, placeholder, required = false }: SpanFieldProps) {
  const t = useT()
  const found = amount(value)
  const usual = amount(placeholder ?? '')
  const [chosen, setChosen] = useState<Unit>(found?.unit ?? usual?.unit ?? 's')
  // Made from it was `text`; another value has come from elsewhere.
  const [typed, setTyped] = useState<{ n: number | undefined; unit: Unit; text: string }>()
  const now = typed?.text === value ? typed : { n: found?.n, unit: found?.unit ?? chosen }
  const type = (n: number | undefined, unit: Unit) => {
    const text = n === undefined ? (required ? value : '') : `${n}${unit}`
    setTyped({ n, unit, text })
    setChosen(unit)
    if (text !== value) onChange(text)
  }
  const units: Option<Unit>[] = (['s', 'm', 'h', 'd'] as const).map((one) => ({ value: one, label: unitWord(one, t) }))
  if (now.unit === 'ms') units.unshift({ value: 'ms', label: unitWord('ms', t) })
  return (
    <span
      className={css.line}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setTyped(undefined)
      }}
    >
      <NumberField ariaLabel={label} value={now.n} onChange={(n) => n !== now.n && type(n, now.unit)} min={0} width={96} whole={false} placeholder={usual ? String(usual.n) : undefined} />
      <Select ariaLabel={`${label}: ${t('delay.unit')}`} value={now.unit} onChange={(unit) => type(now.n, unit)} options={units} width={104} />
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
          <SpanField label={t('retries.nth', { n: i + 1 })} value={value} required onChange={(next) => onChange(values.map((one, at) => (at === i ? next : one)))} />
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
