/** Plausible people of many origins, so that screens and matching meet accents, hyphens, short and long names. */
export const givenNames =
  'Ada Adaeze Agnes Ahmed Aisha Akiko Alba Alejandro Aleksandra Amara Amélie Anders Anna Antonio Aoife Arjun Astrid Ayşe Bartosz Beatriz Benedikt Bilal Birgit Björn Carmen Catarina Célia Charlotte Chen Chiara Chukwu Claire Dagmar Daniel Daria David Deniz Dmitri Dominika Eamon Eduardo Efua Elena Elias Elif Emil Emma Enzo Eszter Eva Fatima Felix Fernanda Finn Fiona Florian Francesca Freya Gabriel Georgios Giulia Greta Gustav Hana Hannah Hans Hassan Helena Henrik Hugo Ibrahim Ines Ingrid Isabel Ivana Jakub James Jana Jasmin Jens Joana Johanna José Julia Kamal Karin Katarzyna Kenji Kerstin Khadija Kofi Laila Lars Laura Leon Lena Liam Linh Louise Luca Lucía Magdalena Maja Marco Margarethe María Marie Mateo Matthias Mei Mikael Mina Miriam Mohammed Monika Nadia Naoko Nathan Niamh Nikolai Nina Noah Nora Oksana Olga Oliver Omar Oskar Pablo Paolo Patricia Paula Pedro Petra Philippe Pia Priya Rafael Rahel Ravi Rebecca Ricardo Robert Rosa Ruth Sabine Samir Samuel Sara Sebastian Selma Sergei Simone Siobhán Sofia Stefan Stella Sven Tamara Tariq Teresa Thomas Tim Tomasz Uğur Ulrike Valentina Vera Viktor Wanjiru Wei Xavier Yara Yasmin Yusuf Zofia Zoë'.split(
    ' ',
  );

export const familyNames =
  'Abdi Achterberg Adeyemi Ahmed Alvarez Andersen Andersson Antonov Bakker Banerjee Barbosa Bauer Becker Benali Berg Bernard Bianchi Björnsson Boateng Bondarenko Brandt Brown Byrne Campbell Castro Chatterjee Chen Clarke Costa Dąbrowski Dahl Delgado Desai Diallo Díaz Doyle Dubois Eriksen Fernández Ferrari Fischer Fitzgerald Fleming Fontaine Fraser Friedrich Fuchs Gallagher García Georgiou Ghosh Gómez González Graf Greco Gruber Gupta Haas Hansen Hartmann Hassan Hernández Hoffmann Horváth Huang Hughes Huber Ibrahim Ionescu Ivanov Jansen Jensen Jiménez Johansson Jones Jovanović Kaiser Kamau Kaya Keller Kelly Khan Kim Klein Kowalski Kozlov Kraus Krüger Kumar Lambert Larsen Laurent Lee Lefèvre Leroy Lewis Lindberg Li Lombardi López Ludwig MacDonald Maier Martínez Martin Mayer Meyer Mbeki Mensah Mitchell Moreau Moreno Morgan Müller Murphy Mwangi Nagy Nakamura Navarro Neumann Nguyen Nielsen Novák Nowak O’Brien O’Connor Okafor Okonkwo Oliveira Olsen Papadopoulos Park Patel Pereira Pérez Petersen Petrov Popescu Popov Quinn Ramírez Rasmussen Reddy Richter Rivera Robinson Rodríguez Romano Rossi Roux Ruiz Russo Ryan Sánchez Santos Schäfer Schmidt Schneider Schröder Schulz Schwarz Scott Sharma Silva Singh Smith Sokolov Sørensen Stewart Suzuki Svensson Szabó Tanaka Taylor Thomas Torres Tran Vargas Vasquez Vidal Vogel Wagner Walker Walsh Wang Watanabe Weber Weiß Werner White Williams Wójcik Wolf Wong Wright Yamamoto Yılmaz Young Zhang Ziegler Zimmermann'.split(
    ' ',
  );

/** Town, country, calling code, how a postal code looks there. */
export const places: ReadonlyArray<readonly [city: string, country: string, dial: string, digits: number]> = [
  ['Berlin', 'DE', '+49', 5],
  ['Hamburg', 'DE', '+49', 5],
  ['München', 'DE', '+49', 5],
  ['Köln', 'DE', '+49', 5],
  ['Wien', 'AT', '+43', 4],
  ['Zürich', 'CH', '+41', 4],
  ['Dublin', 'IE', '+353', 5],
  ['Amsterdam', 'NL', '+31', 4],
  ['Bruxelles', 'BE', '+32', 4],
  ['Paris', 'FR', '+33', 5],
  ['Lyon', 'FR', '+33', 5],
  ['Madrid', 'ES', '+34', 5],
  ['Lisboa', 'PT', '+351', 4],
  ['Milano', 'IT', '+39', 5],
  ['København', 'DK', '+45', 4],
  ['Stockholm', 'SE', '+46', 5],
  ['Warszawa', 'PL', '+48', 5],
  ['Praha', 'CZ', '+420', 5],
];

export const streets =
  'Lindenweg Hauptstraße Rue_des_Lilas Via_Garibaldi Calle_Mayor Church_Road Station_Street Parkallee Rosengasse Hafenstraße Kirkegade Prinsengracht Avenida_da_Liberdade Długa Storgatan Mill_Lane'
    .split(' ')
    .map((street) => street.replaceAll('_', ' '));

/** For comparing and for e-mail addresses: without accents and signs. */
export const plainLetters = (name: string) =>
  name
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('Ø', 'O')
    .replaceAll('ł', 'l')
    .replaceAll('ı', 'i')
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();
