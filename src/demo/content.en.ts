import { lines, type Story } from './story.ts'

/** A website for a client, two weeks before it opens. */
export const website: Story = {
  title: 'Harbour Bakery website',
  was: 'Harbour Bakery',
  description: 'A new site with online orders for the shop on Pier Road, in time for its tenth birthday.',
  color: 'teal',
  other: 'editor',
  begins: 0.05,
  changed: [2, 9],
  columns: {
    todo: [
      {
        title: 'Show “sold out” as soon as the shop runs out',
        text: lines(
          'Tom wants **one button per product** on the shop’s tablet, no stock counting.',
          '',
          '- pressed: the product turns grey within a minute',
          '- comes back by itself at midnight',
          '- orders already paid stay valid',
        ),
        days: [15],
        reordered: 21,
      },
      {
        title: 'Redirect every address of the old site',
        text: lines(
          'The old shop used `/shop.php?cat=3&id=17`. Most links from the tourist office still point there.',
          '',
          '1. Export the addresses from the access log of the last year',
          '2. Map the 50 most visited by hand',
          '3. Everything else goes to the menu',
        ),
        days: [16],
      },
      { title: 'Screen reader test with Priya', days: [17], reordered: 20 },
      { title: 'Gift vouchers', days: [14] },
      {
        title: 'Delivery by cargo bike within 3 km 🚲',
        text: lines(
          'Only an idea so far. The courier co-op asks for **£3.50 a drop**, at least four drops a run.',
          '',
          '> If it costs more than the bread, nobody will do it. — Maya',
        ),
        days: [18],
        edited: [18, 20],
      },
      { title: 'Order confirmation by e-mail, in plain text too', was: 'Confirmation e-mail', days: [18] },
      { title: 'Card for the counter: “Order online, skip the queue”', days: [17] },
      {
        title: 'Check https://harbourbakery.example/menu/specials/weekend-and-holiday-baking on an old phone',
        days: [19],
      },
      { title: 'Ask Tom for photographs of the new oven', days: [16] },
      { title: 'Train the shop team: two short sessions, before opening', days: [19] },
      { title: 'Plan for the day the card terminal is down', days: [20] },
      { title: 'Invite the regulars to try it first', days: [21] },
      {
        title: 'Launch day ☕',
        text: lines(
          '**Before eight**',
          '',
          '- switch the name server over (Sam)',
          '- first real order, paid with a real card (Camille)',
          '- croissants for everyone (Maya)',
          '',
          '**Before noon**',
          '',
          '- look at the log every hour',
          '- post on the harbour’s notice board: [what we agreed](https://example.org/harbour-board)',
        ),
        days: [20],
        edited: [20, 21],
      },
    ],
    in_progress: [
      {
        title: 'Collection times: no orders for Saturday after Friday noon',
        text: lines(
          'The dough is made the day before, so:',
          '',
          '- weekday bread: until 18:00 the day before',
          '- Saturday: until **Friday 12:00**',
          '- rye and anything with seeds: 48 hours',
        ),
        days: [12, 18],
      },
      { title: 'Test orders with real cards', days: [16, 20] },
      {
        title: 'Speed: first page in under a second on the shop’s slow Wi-Fi',
        text: lines(
          'Sent back after review: the hero photograph alone is **1.8 MB**.',
          '',
          '- serve it as AVIF, 1,200 pixels wide',
          '- no font until the text is there',
        ),
        days: [14, 16, 19, 20],
        edited: [14, 20],
      },
      {
        title:
          'Find out why the order form forgets the collection time when somebody goes back from the payment page to add one more thing to the basket, changes their mind, pays by the second card and then opens the confirmation on another device (seen twice by Maya on her tablet, once by us, and never when anybody is watching)',
        days: [17, 19],
      },
      { title: 'Move the old recipes over, all 64 of them', was: 'Recipes', days: [11, 17], edited: [13] },
      { title: 'Newsletter sign-up', days: [13, 21] },
    ],
    in_review: [
      {
        title: 'Basket and checkout, from the first loaf to the receipt',
        text: lines(
          'Try it on staging with the card `4242 4242 4242 4242`.',
          '',
          'What to look at:',
          '',
          '1. Change an amount to 0: the line goes',
          '2. Two browser windows: both show the same basket',
          '3. *No account needed*, not even hinted at',
          '',
          'Drawings are [on the shared page](https://example.org/drawings/checkout).',
        ),
        days: [10, 14, 20],
        edited: [10, 15],
      },
      { title: 'Allergen icons that do not rely on colour alone', days: [12, 14, 16, 18, 21] },
      { title: 'French translation of the menu (thank you, Amélie)', days: [12, 15, 19] },
      { title: 'Imprint, privacy, terms', was: 'Legal stuff', days: [9, 17, 21], edited: [17] },
    ],
    done: [
      {
        title: 'Choose a payment provider',
        text: lines(
          '**Decision:** the one that the till already uses. One contract, one bill, one number to call.',
          '',
          'Compared by fee, time until the money arrives, and whether a person answers the phone.',
        ),
        days: [8, 12, 16, 18],
        edited: [12, 18],
      },
      { title: 'Opening hours that know about bank holidays', days: [8, 13, 15, 17] },
      { title: 'Menu page with allergens', days: [7, 11, 14, 16] },
      { title: 'Home page for phone, tablet and desktop', was: 'Home page', days: [7, 10, 13, 14] },
      { title: 'Write the page about sourdough', days: [5, 8, 11, 12] },
      { title: 'Photograph the team at 4 a.m., before they are too busy to smile', days: [4, 9, 10, 11] },
      { title: 'Pick typefaces that read well in bright sun', days: [3, 5, 6, 7, 9, 10] },
      {
        title: 'Server, certificate and nightly backups',
        text: lines(
          'Runs at the hosting co-op, **invoice to the bakery**.',
          '',
          '- backup at 03:10, kept for 30 days',
          '- restored once to be sure: 4 minutes',
          '- how to get in: [the handbook](https://example.org/handbook/server)',
        ),
        days: [5, 8, 9, 10],
        edited: [10],
      },
      { title: 'Photograph the bread 🥖', days: [4, 7, 8, 9] },
      { title: 'Colours from the tiles of the shop', was: 'Colours', days: [3, 5, 7, 8] },
      {
        title: 'Ask five regulars how they would order bread online',
        text: lines(
          '> I don’t want an account. I want bread.',
          '',
          'Four of five would order **for tomorrow**, not for next week. Nobody asked for delivery.',
        ),
        days: [1, 3, 6, 7],
        edited: [6],
      },
      { title: 'Sketch the home page on paper', days: [2, 3, 5, 6] },
      { title: 'Read last year’s orders: what sells, when, to whom', days: [1, 2, 4, 5] },
      {
        title: 'Agree what the site must do, and what it must not',
        text: lines(
          'Must: menu, opening hours, order for collection, pay.',
          '',
          'Must not: accounts, pop-ups, a chat robot.',
        ),
        days: [0, 1, 3, 4],
      },
      { title: 'Collect the logo, the menu and the price list', days: [0, 1, 2, 3] },
      { title: 'Buy harbourbakery.example for three years', days: [1, 2] },
      { title: 'First call with Maya and Tom', days: [0, 1] },
    ],
  },
  deleted: [
    { title: 'Loyalty points', days: [6, 12] },
    { title: 'Countdown on the home page', days: [13, 16] },
  ],
}

/** Somebody else’s Tablo, which the first person may only read; one of its columns is empty. */
export const accounts: Story = {
  title: 'Yearly accounts',
  description: 'What the accountant needs from us, and by when.',
  color: 'green',
  owner: 'second',
  other: 'viewer',
  begins: -30.9,
  columns: {
    todo: [
      { title: 'Sign the balance sheet', days: [-25] },
      { title: 'File the return', days: [-25] },
    ],
    in_progress: [
      {
        title: 'Missing receipts: 3 of 41',
        was: 'Missing receipts',
        text: lines('- hotel in Bristol, March', '- two train tickets', '- ~~printer~~ found it'),
        days: [-28, 4],
        edited: [4, 19],
      },
      { title: 'Explain the second rent payment to the accountant', days: [9, 17] },
    ],
    in_review: [],
    done: [
      { title: 'List of everything we own above £500', days: [-28, -3, 6, 12] },
      { title: 'Invoices that are still open', days: [-28, -6, 2, 5] },
      { title: 'Send the bank statements', days: [-30, -20] },
    ],
  },
}
