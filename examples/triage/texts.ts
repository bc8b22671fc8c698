import type { CommandInput } from 'ticketwright'

type Opening = CommandInput<'open'>

const subjects: Readonly<Record<string, readonly string[]>> = {
  en: [
    'The shop is down',
    'I forgot my password',
    'Invoice 2026-11 twice',
    'Phishing mail in my inbox',
    'How do I export?',
    'FREE MONEY inside',
    'I want my money back',
  ],
  et: [
    'Pood ei tööta',
    'Unustasin parooli',
    'Arve on vale',
    'Õngitsuskiri postkastis',
    'Kuidas eksportida?',
    'Tahan raha tagasi',
  ],
  lv: [
    'Veikals nedarbojas',
    'Aizmirsu paroli',
    'Rēķins ir nepareizs',
    'Pikšķerēšanas vēstule',
    'Kā eksportēt?',
    'Lūdzu atmaksu',
  ],
  zh: ['商店无法访问', '忘记密码', '发票有误', '收到钓鱼邮件', '如何导出？', '申请退款'],
}
const languages = Object.keys(subjects)

/** The same texts each time: numbers from a seed. */
export function openings(count: number, seed = 7): readonly Opening[] {
  let state = seed
  const below = (limit: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * limit)
  }
  return Array.from({ length: count }, (_, i) => {
    const language = languages[below(languages.length)] as string
    const said = subjects[language] as readonly string[]
    return {
      reference: `T-${i + 1}`,
      subject: said[below(said.length)] as string,
      body: '…',
      language,
      channel: below(3) === 0 ? 'chat' : 'mail',
      affected: [1, 1, 2, 80][below(4)] as number,
      requester: { id: `r${below(40)}`, vip: below(8) === 0, revenue: below(30) * 1_000, previousTickets: below(25) },
    }
  })
}
