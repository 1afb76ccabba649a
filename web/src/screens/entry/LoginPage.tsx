import { Page } from '@/ui'

export default function LoginPage() {
  return <Page title="LoginPage">{null}</Page>
}
