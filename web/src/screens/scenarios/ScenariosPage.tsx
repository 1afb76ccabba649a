import { Page } from '@/ui'

export default function ScenariosPage() {
  return <Page title="ScenariosPage">{null}</Page>
}
