import { useMemo, useState } from 'react'
import { useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { usePillScope } from '@/pill/scope'
import { labelOf, findVariable } from '@/pill/variables'
import { Button, IconButton, Segments, Select, TextArea, TextField, type Option } from '@/ui'
import type { Becomes } from '../context'
import css from '../editor.module.css'
import { comparisons, read, withoutValue, write, type Clause, type Comparison, type Condition } from '../model/condition'
import { comparisonWord, readable } from '../parts/describe'
import { Late } from './Field'

interface Props {
  value: string
  onChange: (expression: string) => void
  label: string
  becomes: Becomes | undefined
}

/** A condition as rows that a person reads; what does not fit into rows is a formula. */
export function ConditionField({ value, onChange, label, becomes }: Props) {
  const t = useT()
  const parsed = useMemo(() => read(value), [value])
  const [asFormula, setAsFormula] = useState(parsed === undefined)
  // Rows that have no variable yet are not in the document.
  const [pending, setPending] = useState<Clause[]>([])
  const formula = asFormula || parsed === undefined
  const condition: Condition = parsed ?? { join: 'and', clauses: [] }
  const clauses = condition.clauses.length + pending.length === 0 ? [empty] : [...condition.clauses, ...pending]

  const store = (next: Clause[], join = condition.join) => {
    setPending(next.filter((clause) => clause.path === ''))
    onChange(write({ join, clauses: next }))
  }
  const change = (index: number, what: Partial<Clause>) => store(clauses.map((clause, i) => (i === index ? { ...clause, ...what } : clause)))
  const verdict = becomes && !becomes.problem && (
    <span className={css.becomes} data-tone={becomes.text === 'true' ? 'ok' : 'warn'}>
      {becomes.text === 'true' ? t('cond.holds') : t('cond.fails')}
    </span>
  )
  const toggle = parsed !== undefined && (
    <Button size="small" kind="quiet" onClick={() => setAsFormula(!formula)}>
      {formula ? t('cond.rows') : t('cond.formula')}
    </Button>
  )
  return (
    <div className={css.condition} role="group" aria-label={label}>
      {formula ? (
        <TextArea ariaLabel={label} value={value} onChange={onChange} mono rows={2} placeholder={'event.body.price > 1000'} help={t('cond.formulaHelp')} />
      ) : (
        <>
          {clauses.map((clause, i) => (
            <ClauseRow key={i} clause={clause} onChange={(what) => change(i, what)} onRemove={clauses.length > 1 || clause.path !== '' ? () => store(clauses.filter((_, at) => at !== i)) : undefined} />
          ))}
          <div className={css.line}>
            <Button size="small" icon="plus" kind="quiet" onClick={() => setPending([...pending, empty])}>
              {t('cond.add')}
            </Button>
            {clauses.length > 1 && (
              <Segments
                size="small"
                ariaLabel={t('cond.join')}
                value={condition.join}
                onChange={(join) => store(clauses, join)}
                options={[
                  { value: 'and', label: t('cond.all') },
                  { value: 'or', label: t('cond.any') },
                ]}
              />
            )}
            <span className={css.spring} />
            {toggle}
          </div>
        </>
      )}
      {formula && (
        <div className={css.line}>
          <span className={css.spring} />
          {toggle}
        </div>
      )}
      <Late>
        {becomes?.problem ? (
          <span className={css.becomes} data-tone="error">
            {problemWords(becomes.problem)}
          </span>
        ) : (
          verdict
        )}
      </Late>
    </div>
  )
}

const empty: Clause = { path: '', comparison: 'filled', value: '', variable: false }

function ClauseRow({ clause, onChange, onRemove }: { clause: Clause; onChange: (what: Partial<Clause>) => void; onRemove: (() => void) | undefined }) {
  const t = useT()
  const variables = useVariableOptions(clause.path)
  const others = useVariableOptions(clause.variable ? clause.value : '')
  return (
    <div className={css.clause}>
      <Select ariaLabel={t('cond.what')} placeholder={t('cond.what')} value={clause.path || undefined} onChange={(path) => onChange({ path })} options={variables} searchable />
      <Select<Comparison> ariaLabel={t('cond.how')} value={clause.comparison} onChange={(comparison) => onChange({ comparison })} options={comparisons.map((one) => ({ value: one, label: comparisonWord(one, t) }))} />
      <span className={css.clauseValue}>
        {withoutValue.includes(clause.comparison) ? null : clause.variable ? (
          <Select ariaLabel={t('cond.value')} value={clause.value || undefined} onChange={(value) => onChange({ value })} options={others} searchable />
        ) : (
          <TextField ariaLabel={t('cond.value')} placeholder={t('cond.value')} value={clause.value} onChange={(value) => onChange({ value })} />
        )}
      </span>
      <span className={css.clauseEnd}>
        {!withoutValue.includes(clause.comparison) && (
          <IconButton icon="variable" size="small" label={t('cond.variable')} pressed={clause.variable} onClick={() => onChange({ variable: !clause.variable, value: '' })} />
        )}
        {onRemove && <IconButton icon="close" size="small" label={t('cond.remove')} onClick={onRemove} />}
      </span>
    </div>
  )
}

/** Variables with their values, as the options of a list; the one that is chosen is always among them. */
export function useVariableOptions(chosen: string): Option[] {
  const t = useT()
  const { variables, words } = usePillScope()
  return useMemo(() => {
    const options = (variables ?? []).map((v) => ({ value: v.path, label: v.empty || v.secret ? labelOf(v, words) : `${labelOf(v, words)} — ${v.value.slice(0, 40)}` }))
    const same = chosen === '' ? undefined : findVariable(chosen, variables ?? [])
    if (chosen !== '' && !options.some((option) => option.value === chosen)) {
      options.unshift({ value: chosen, label: same ? labelOf(same, words) : readable(`{{ ${chosen} }}`, t).slice(1, -1) })
    }
    return options.filter((option, i) => options.findIndex((other) => other.value === option.value) === i)
  }, [variables, words, chosen, t])
}
