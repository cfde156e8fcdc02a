/**
 * Passwords of ten characters and more that are tried first by whoever guesses. Compared in lower case and without
 * anything but letters and digits, so that `Password-123!` is found as `password123`.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  1234567890 0123456789 0987654321 9876543210 12345678910 1234567891 123456789a 123456789q 1234512345 1111111111
  0000000000 1212121212 1231231231 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5 q1w2e3r4t5y6 qwertyuiop qwerty1234
  qwerty12345 qwerty123456 qwertyuiop123 qwertzuiop qwertzuiop123 azertyuiop asdfghjkl1 asdfghjkl123 zxcvbnm123 abcdefghij
  abcdefg123 abcdef1234 abc1234567 abcd123456 a123456789 aa12345678 password01 password10 password11 password12 password123
  password1234 password12345 password123456 passwordpassword mypassword mypassword1 mypassword123 thepassword changeme12
  changeme123 changeme1234 letmein123 letmein1234 letmeinplease welcome123 welcome1234 welcome12345 iloveyou12 iloveyou123
  iloveyou1234 iloveyouforever ilovemyself administrator admin12345 admin123456 adminadmin adminadmin1 administrator1
  rootrootroot superadmin1 superman123 batman12345 football123 football12 baseball123 basketball basketball1 liverpool1
  liverpool123 manchester chelsea1234 arsenal1234 barcelona1 realmadrid1 sunshine12 sunshine123 princess12 princess123
  butterfly1 butterfly123 chocolate1 chocolate123 strawberry strawberry1 blueberry1 elephant123 dragon12345 monkey12345
  shadow12345 master12345 michael123 michelle123 jennifer123 charlie123 jessica123 alexander1 elizabeth1 christopher
  summer2023 summer2024 summer2025 summer2026 winter2023 winter2024 winter2025 winter2026 spring2024 spring2025 spring2026
  autumn2024 autumn2025 autumn2026 january2026 monday12345 newyork123 london12345 internet12 internet123 computer12
  computer123 microsoft1 google12345 facebook123 samsung123 secret12345 secretpassword topsecret1 trustno1trustno1
  guildhall1 guildhall12 guildhall123 guildhall1234 guildhall2025 guildhall2026 guildhallpassword membership membership1
  membership123 correcthorsebatterystaple hunter2hunter2 whatever12 whatever123 starwars123 pokemon1234 minecraft1
  minecraft123 fuckyou123 fuckyou1234 asdasdasd1 qweqweqwe1 qazwsxedc1 qazwsxedcrfv zaq12wsxcde3 p4ssw0rd123 passw0rd123
  p455w0rd123 pa55word123 pa55w0rd123 testtest12 testtest123 test123456 testing123 temp123456 temporary1 default123
  `
    .trim()
    .split(/\s+/),
);
