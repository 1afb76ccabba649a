export { Button, IconButton, type ButtonProps, type IconButtonProps } from './Button'
export {
  Checkbox, Choices, MultiSelect, NumberField, PasswordField, Segments, Select, SuggestField, Switch, TagsField, TextArea, TextField,
  type Option, type TextFieldProps,
} from './fields'
export { Confirm, Dialog, Drawer, Menu, Popover, Tip, type MenuItem } from './overlays'
export { Facts, Mono, Muted, Page, Panel, Row, Spring, Stack } from './layout'
export { Tabs, type Tab } from './Tabs'
export { EmptyState, ErrorNote, More, Note, Skeleton, Spinner, tell, tellCode, toast, toastError, Toasts, useLate, type Told, type Tone } from './feedback'
export { CopyButton, copyText } from './CopyButton'
export { Badge, BigNumber, BodyView, type BodyViewProps, CodeView, hex, KeyValueRows, Method, parseJson, Pill, Status, Time, type BadgeTone, type PillTone } from './data'
export { Rich } from './Rich'
export { JsonTree } from './JsonTree'
export { memberPath } from './memberPath'
export { indented, jsonMistake, leavesOf, memberText, type Leaf } from './jsonText'
export { JsonField } from './JsonField'
export { Icon, type IconName } from './icons'
export { UiProvider, useTheme, type ThemeChoice } from './provider'
export { useDebounced, useMedia, useNarrow, usePageTitle } from './hooks'
