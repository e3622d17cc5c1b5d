import { lines, type Story } from './story.ts'

/** A neighbourhood festival, some weeks before it opens. */
export const festival: Story = {
  title: 'Festival Quai des Lumières',
  was: 'Fête du quai',
  description: 'Trois soirées de concerts et de lumières au bord de l’eau, avec les écoles.',
  color: 'amber',
  other: 'owner',
  begins: 0.01,
  changed: [3, 15],
  columns: {
    todo: [
      {
        title: 'Plan B en cas de pluie\u00a0: gymnase ou report\u00a0?',
        text: lines(
          'À trancher **avant l’impression du programme**.',
          '',
          '- gymnase\u00a0: 400\u00a0places, pas de lumières',
          '- report au week-end suivant\u00a0: deux groupes ne sont plus libres',
          '- on joue quand même, sous les arcades',
        ),
        days: [13],
        edited: [13, 20],
        reordered: 21,
      },
      { title: 'Fléchage depuis la gare et le parking des Tanneurs', days: [14] },
      {
        title: 'Trouver douze bénévoles de plus pour le samedi soir',
        was: 'Trouver des bénévoles',
        text: lines(
          'Il nous en faut **38**, nous en avons 26.',
          '',
          '1. Relancer le club d’aviron',
          '2. Passer au lycée Jean-Zay, demander Mme Lefèvre',
          '3. Mettre une affichette à la boulangerie',
        ),
        days: [14],
        edited: [14, 19],
      },
      { title: 'Gobelets consignés\u00a0: combien, et qui les lave\u00a0?', days: [15] },
      { title: 'Réserver les barrières auprès de la mairie', days: [16], reordered: 20 },
      {
        title: 'Menu des bénévoles\u00a0: un plat chaud, une option végétarienne, rien qui coule 🍲',
        days: [16],
      },
      { title: 'Appeler l’électricien de la ville', days: [11] },
      { title: 'Assurance annulation', days: [17] },
      { title: 'Casques antibruit à prêter aux tout-petits', days: [17] },
      {
        title:
          'Vérifier https://quai-des-lumieres.example/programme/samedi/concerts-et-illuminations sur mobile',
        days: [18],
      },
      { title: 'Inviter la presse locale à la répétition', days: [19] },
      { title: 'Numéros utiles sur le badge de chacun', days: [20] },
      { title: 'Photographe pour la soirée d’ouverture', days: [20] },
      {
        title: 'Feuille de route du jour J',
        text: lines(
          '**Matin**',
          '',
          '- 7\u00a0h\u00a0: barrières et électricité (Sam)',
          '- 9\u00a0h\u00a0: arrivée de la scène',
          '- 11\u00a0h\u00a0: passage de la commission de sécurité',
          '',
          '**Soir**',
          '',
          '- 18\u00a0h\u00a0: ouverture des quais',
          '- 23\u00a0h\u00a030\u00a0: *dernière note*, promis aux riverains',
        ),
        days: [21],
      },
    ],
    in_progress: [
      {
        title: 'Programme du vendredi\u00a0: il manque un groupe à 21\u00a0h',
        text: lines(
          'Deux pistes\u00a0:',
          '',
          '- **Les Cormorans**\u00a0: libres, 900\u00a0€ tout compris, [à écouter ici](https://example.org/cormorans)',
          '- la fanfare de l’école de musique\u00a0: gratuite, mais à 20\u00a0h au plus tard',
        ),
        days: [10, 16],
        edited: [10, 18],
      },
      { title: 'Commander 600 lampions', was: 'Lampions', days: [9, 13, 17, 20], edited: [13] },
      {
        title:
          'Convaincre les riverains du quai Nord\u00a0: passer chez chacun avant dimanche avec le plan des scènes, les horaires exacts, le numéro de la personne à appeler si le son est trop fort, la promesse écrite de l’an dernier (tenue, à huit minutes près) et, pour celles et ceux qui préfèrent partir, la liste des chambres que l’hôtel du Port laisse à moitié prix',
        days: [12, 19],
      },
      { title: 'Affiche\u00a0: dernière version avec les logos des partenaires', days: [11, 18] },
      { title: 'Rencontrer les commerçants du quai Sud', days: [5, 20] },
      { title: 'Convention avec les quatre écoles', days: [9, 13, 15, 18] },
      { title: 'Répartir les stands de la place au Blé', days: [13, 21] },
    ],
    in_review: [
      {
        title: 'Budget prévisionnel, version\u00a03',
        text: lines(
          'Équilibré **à 240\u00a0€ près**. À relire surtout\u00a0:',
          '',
          '1. la subvention de la région, pas encore signée',
          '2. la location de la scène (devis du 4)',
          '3. les recettes de la buvette, *prudentes*',
          '',
          'Le tableau est [dans le dossier partagé](https://example.org/budget).',
        ),
        days: [6, 9, 13, 16, 20],
        edited: [6, 16],
      },
      { title: 'Dossier de sécurité pour la préfecture', days: [7, 12, 19] },
      { title: 'Parcours des lumières\u00a0: 14 façades, 3 ponts, 1 péniche', days: [8, 14, 21] },
      { title: 'Billetterie gratuite de la soirée assise', was: 'Billetterie', days: [8, 10, 19] },
      { title: 'Texte du programme, relu à voix haute', days: [15, 17, 20] },
    ],
    done: [
      {
        title: 'Choisir le prestataire du son',
        text: lines(
          '**Retenu\u00a0:** Sonora, le moins-disant de peu, et le seul à limiter le niveau à 94\u00a0dB.',
          '',
          '> On préfère un concert qu’on nous redemande.',
        ),
        days: [6, 11, 15, 18],
        edited: [11, 18],
      },
      { title: 'Trois devis pour la scène couverte', days: [5, 8, 12, 16] },
      { title: 'Accord écrit des bateliers 🚢', days: [6, 7, 10, 15] },
      { title: 'Identité du festival\u00a0: couleurs, lettres, lampion', days: [4, 6, 8, 9, 12, 14] },
      {
        title: 'Appel aux groupes du quartier',
        text: lines(
          'Reçu **31 candidatures**, gardé 9.',
          '',
          '- priorité à ceux qui répètent à moins de 3\u00a0km',
          '- un concert par groupe, 45 minutes, cachet égal pour tous',
        ),
        days: [2, 4, 9, 11],
        edited: [2, 9],
      },
      { title: 'Relire les leçons de l’an dernier', was: 'Bilan', days: [1, 2, 3, 4], edited: [2] },
      { title: 'Demander l’occupation du quai à la mairie', days: [1, 3, 6, 10] },
      { title: 'Faire le tour du quai, de nuit, avec un mètre', days: [3, 5, 7, 9] },
      {
        title: 'Subvention de la ville',
        text: lines(
          'Accordée\u00a0: **4\u00a0500\u00a0€**, versés en deux fois.',
          '',
          'Bilan à rendre sous trois mois.',
        ),
        days: [1, 4, 6, 8],
        edited: [8],
      },
      { title: 'Écrire aux écoles avant les vacances', days: [2, 3, 5, 7] },
      { title: 'Trouver un nom qui se dit bien au téléphone', days: [0, 2, 3, 5] },
      { title: 'Fixer les dates\u00a0: trois soirs, jeudi compris', days: [0, 1, 2, 3] },
      { title: 'Ouvrir le compte de l’association', days: [0, 4] },
      { title: 'Première réunion chez Inès', days: [0, 1] },
    ],
  },
  deleted: [
    { title: 'Feu d’artifice', days: [4, 11] },
    { title: 'Location de deux grues', days: [9, 10] },
  ],
}

/** Done and put away; it was archived once too early. */
export const move: Story = {
  title: 'Déménagement du studio',
  description: 'Du passage Vauban à la cour des Forges, sans perdre une seule vis.',
  color: 'slate',
  other: 'editor',
  begins: -40.9,
  archived: [-6, -6, 2],
  columns: {
    todo: [],
    in_progress: [],
    in_review: [],
    done: [
      { title: 'Rendre les clés', days: [-12, 1] },
      { title: 'État des lieux de sortie', days: [-20, -9, -8, -7] },
      { title: 'Faire suivre le courrier', days: [-24, -14] },
      { title: 'Peindre le mur du fond', days: [-30, -19, -16, -15] },
      { title: 'Cartons\u00a0: acheter, étiqueter, numéroter', days: [-38, -30, -27, -26] },
      { title: 'Prévenir l’assurance et la banque', days: [-38, -28] },
      { title: 'Signer le bail', days: [-40, -35] },
    ],
  },
}

/** Nothing in it yet, and nobody else. */
export const ideas: Story = {
  title: 'Idées pour la saison prochaine',
  description: '',
  color: 'violet',
  other: null,
  begins: -2.4,
  columns: { todo: [], in_progress: [], in_review: [], done: [] },
}
