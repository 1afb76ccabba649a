import {
  Autocomplete as MantineAutocomplete,
  Checkbox as MantineCheckbox,
  MultiSelect as MantineMultiSelect,
  NumberInput,
  PasswordInput,
  Radio,
  SegmentedControl,
  Select as MantineSelect,
  Switch as MantineSwitch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { forwardRef, type KeyboardEventHandler, type ReactNode } from 'react'
import { useT } from '@/i18n'
import { Icon, type IconName } from './icons'
import css from './fields.module.css'

interface Common {
  label?: ReactNode
  /** The accessible name where no label is shown. */
  ariaLabel?: string
  help?: ReactNode
  error?: ReactNode
  required?: boolean
  disabled?: boolean
  className?: string
  id?: string
}

const common = ({ label, ariaLabel, help, error, required, disabled, className, id }: Common) => ({
  label,
  'aria-label': label ? undefined : ariaLabel,
  description: help,
  error,
  // The star is enough for the eyes; the browser's own bubbles speak the browser's language.
  withAsterisk: required,
  'aria-required': required || undefined,
  disabled,
  className,
  id,
  // What is wrong stands right under the field.
  inputWrapperOrder: ['label', 'input', 'error', 'description'] as ('label' | 'input' | 'description' | 'error')[],
  classNames: { description: css.help, error: css.error, label: css.label },
})

export interface TextFieldProps extends Common {
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
  onKeyDown?: KeyboardEventHandler<HTMLInputElement>
  placeholder?: string
  type?: 'text' | 'email' | 'url' | 'search' | 'date'
  mono?: boolean
  autoFocus?: boolean
  autoComplete?: string
  name?: string
  icon?: IconName
  right?: ReactNode
  rightWidth?: number
  readOnly?: boolean
  size?: 'small' | 'medium'
  inputMode?: 'text' | 'numeric' | 'email' | 'url'
  /** A field that chooses from a list below it: the list's id, and the id of what is chosen now. */
  list?: { id: string; active?: string }
}

// data-autofocus: a dialog gives the focus to the field that is marked, not to its own cross.
export const TextField = forwardRef<HTMLInputElement, TextFieldProps>(function TextField(
  { value, onChange, mono, icon, right, rightWidth, size, label, ariaLabel, help, error, required, disabled, className, id, type = 'text', list, ...rest },
  ref,
) {
  const chooser = list && { role: 'combobox', 'aria-expanded': true, 'aria-controls': list.id, 'aria-activedescendant': list.active, 'aria-autocomplete': 'list' as const }
  return (
    <TextInput
      ref={ref}
      {...common({ label, ariaLabel, help, error, required, disabled, className, id })}
      {...rest}
      {...chooser}
      type={type}
      data-autofocus={rest.autoFocus || undefined}
      size={size === 'small' ? 'xs' : 'sm'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      leftSection={icon && <Icon name={icon} size={16} />}
      rightSection={right}
      rightSectionWidth={rightWidth}
      styles={mono ? { input: { fontFamily: 'var(--mono)' } } : undefined}
      spellCheck={mono ? false : undefined}
    />
  )
})

export interface PasswordFieldProps extends Common {
  value: string
  onChange: (value: string) => void
  autoComplete: 'new-password' | 'current-password' | 'off'
  autoFocus?: boolean
  placeholder?: string
  name?: string
}

export const PasswordField = forwardRef<HTMLInputElement, PasswordFieldProps>(function PasswordField(
  { value, onChange, label, ariaLabel, help, error, required, disabled, className, id, ...rest },
  ref,
) {
  const t = useT()
  return (
    <PasswordInput
      ref={ref}
      // The library tells it by colour only.
      aria-invalid={error ? true : undefined}
      {...common({ label, ariaLabel, help, error, required, disabled, className, id })}
      {...rest}
      data-autofocus={rest.autoFocus || undefined}
      size="sm"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eyeOff' : 'eye'} />}
      visibilityToggleButtonProps={{ 'aria-label': typeof label === 'string' ? `${t('ui.showPassword')}: ${label}` : t('ui.showPassword'), tabIndex: 0, 'aria-hidden': false }}
    />
  )
})

export interface TextAreaProps extends Common {
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
  onKeyDown?: KeyboardEventHandler<HTMLTextAreaElement>
  placeholder?: string
  rows?: number
  maxRows?: number
  mono?: boolean
  autoFocus?: boolean
  readOnly?: boolean
}

export const TextArea = forwardRef<HTMLTextAreaElement, TextAreaProps>(function TextArea(
  { value, onChange, mono, rows = 3, maxRows = 16, label, ariaLabel, help, error, required, disabled, className, id, ...rest },
  ref,
) {
  return (
    <Textarea
      ref={ref}
      {...common({ label, ariaLabel, help, error, required, disabled, className, id })}
      {...rest}
      data-autofocus={rest.autoFocus || undefined}
      size="sm"
      autosize
      minRows={rows}
      maxRows={maxRows}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      styles={mono ? { input: { fontFamily: 'var(--mono)', fontSize: 13 } } : undefined}
      spellCheck={mono ? false : undefined}
    />
  )
})

export interface NumberFieldProps extends Common {
  value: number | undefined
  onChange: (value: number | undefined) => void
  min?: number
  max?: number
  step?: number
  unit?: string
  placeholder?: string
  width?: number
  whole?: boolean
}

export function NumberField({ value, onChange, min, max, step, unit, placeholder, width, whole = true, ...rest }: NumberFieldProps) {
  return (
    <NumberInput
      {...common(rest)}
      size="sm"
      value={value ?? ''}
      onChange={(next) => onChange(next === '' || !Number.isFinite(Number(next)) ? undefined : Number(next))}
      min={min}
      max={max}
      step={step}
      allowDecimal={!whole}
      suffix={unit ? ` ${unit}` : undefined}
      placeholder={placeholder}
      {...(rest.help ? { maw: 480, styles: { wrapper: { width, maxWidth: '100%' } } } : { w: width, maw: '100%' })}
      hideControls
    />
  )
}

export interface Option<T extends string = string> {
  value: T
  label: string
  disabled?: boolean
}

export interface SelectProps<T extends string> extends Common {
  value: T | undefined
  onChange: (value: T) => void
  options: readonly Option<T>[]
  placeholder?: string
  searchable?: boolean
  size?: 'small' | 'medium'
  width?: number | string
}

export function Select<T extends string>({ value, onChange, options, placeholder, searchable, size, width, ...rest }: SelectProps<T>) {
  const t = useT()
  return (
    <MantineSelect
      {...common(rest)}
      size={size === 'small' ? 'xs' : 'sm'}
      value={value ?? null}
      onChange={(next) => next !== null && onChange(next as T)}
      data={[...options] as Option[]}
      placeholder={placeholder}
      searchable={searchable}
      allowDeselect={false}
      nothingFoundMessage={t('ui.nothingFound')}
      w={width}
      // Hundreds of time zones are drawn when they are looked at, not with every key in another field.
      comboboxProps={{ withinPortal: true, keepMounted: false, transitionProps: { duration: 100 } }}
      rightSection={<Icon name="down" size={14} />}
      maxDropdownHeight={320}
    />
  )
}

export interface MultiSelectProps<T extends string> extends Common {
  values: readonly T[]
  onChange: (values: T[]) => void
  options: readonly Option<T>[]
  placeholder?: string
  width?: number | string
}

export function MultiSelect<T extends string>({ values, onChange, options, placeholder, width, ...rest }: MultiSelectProps<T>) {
  const t = useT()
  return (
    <MantineMultiSelect
      {...common(rest)}
      size="sm"
      value={[...values]}
      onChange={(next) => onChange(next as T[])}
      data={[...options] as Option[]}
      placeholder={values.length ? undefined : placeholder}
      nothingFoundMessage={t('ui.nothingFound')}
      w={width}
      rightSection={<Icon name="down" size={14} />}
    />
  )
}

export interface TagsFieldProps extends Common {
  values: readonly string[]
  onChange: (values: string[]) => void
  placeholder?: string
  /** What ends a text while it is typed; addresses hold no spaces, words do. */
  ends?: string[]
  /** What is offered. */
  suggestions?: string[]
  maxLength?: number
}

/** A list of short texts, each a tag: addresses, networks. */
export function TagsField({ values, onChange, placeholder, ends = [',', ' ', ';', '\n'], suggestions, maxLength, ...rest }: TagsFieldProps) {
  return (
    <TagsInput
      {...common(rest)}
      size="sm"
      value={[...values]}
      onChange={onChange}
      placeholder={placeholder}
      splitChars={ends}
      data={suggestions}
      maxLength={maxLength}
      acceptValueOnBlur
    />
  )
}

export interface SuggestFieldProps extends Common {
  value: string
  onChange: (value: string) => void
  suggestions: readonly string[]
  placeholder?: string
  mono?: boolean
  size?: 'small' | 'medium'
}

/** A text field that offers usual answers and takes any. */
export function SuggestField({ value, onChange, suggestions, placeholder, mono, size, ...rest }: SuggestFieldProps) {
  return (
    <MantineAutocomplete
      {...common(rest)}
      size={size === 'small' ? 'xs' : 'sm'}
      value={value}
      onChange={onChange}
      data={[...suggestions]}
      placeholder={placeholder}
      // What is offered is readable beside a narrow field, too.
      comboboxProps={{ position: 'bottom-start' }}
      styles={{ dropdown: { minWidth: 240 }, ...(mono ? { input: { fontFamily: 'var(--mono)' } } : {}) }}
      limit={30}
      maxDropdownHeight={280}
    />
  )
}

export interface ToggleProps {
  label: ReactNode
  ariaLabel?: string
  checked: boolean
  onChange: (checked: boolean) => void
  help?: ReactNode
  disabled?: boolean
  indeterminate?: boolean
  error?: ReactNode
}

export function Checkbox({ label, ariaLabel, checked, onChange, help, disabled, indeterminate, error }: ToggleProps) {
  return (
    <MantineCheckbox
      label={label}
      aria-label={ariaLabel}
      checked={checked}
      indeterminate={indeterminate}
      onChange={(event) => onChange(event.currentTarget.checked)}
      description={help}
      disabled={disabled}
      error={error}
      size="sm"
      classNames={{ description: css.help }}
    />
  )
}

export function Switch({ label, ariaLabel, checked, onChange, help, disabled }: ToggleProps) {
  return (
    <MantineSwitch
      label={label}
      aria-label={ariaLabel}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
      description={help}
      disabled={disabled}
      size="sm"
      withThumbIndicator={false}
      classNames={{ description: css.help }}
    />
  )
}

export interface ChoicesProps<T extends string> extends Common {
  value: T | undefined
  onChange: (value: T) => void
  options: readonly (Option<T> & { help?: ReactNode })[]
  /** Beside one another instead of below. */
  inline?: boolean
}

/** One of several, all of them in sight. */
export function Choices<T extends string>({ value, onChange, options, inline, ...rest }: ChoicesProps<T>) {
  return (
    <Radio.Group {...common(rest)} value={value ?? null} onChange={(next) => onChange(next as T)} size="sm">
      <div className={inline ? css.choicesInline : css.choices}>
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            label={option.label}
            description={option.help}
            disabled={option.disabled}
            size="sm"
            classNames={{ description: css.help }}
          />
        ))}
      </div>
    </Radio.Group>
  )
}

export interface SegmentsProps<T extends string> {
  value: T
  onChange: (value: T) => void
  options: readonly Option<T>[]
  ariaLabel: string
  size?: 'small' | 'medium'
}

/** One of two or three, as a switch. */
export function Segments<T extends string>({ value, onChange, options, ariaLabel, size }: SegmentsProps<T>) {
  return (
    <SegmentedControl
      aria-label={ariaLabel}
      size={size === 'small' ? 'xs' : 'sm'}
      value={value}
      onChange={(next) => onChange(next as T)}
      data={[...options] as Option[]}
      transitionDuration={100}
      classNames={{ root: css.segments, indicator: css.segmentsIndicator, label: css.segmentsLabel, control: css.segmentsControl }}
    />
  )
}
