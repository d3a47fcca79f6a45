import { TielineError } from '../../../kit/errors.ts';

/** NIST SP 800-63B §5.1.1.2: length, and not a common one; rules about kinds of characters do harm. */
const fewestCharacters = 12;
export const mostCharacters = 256;

/** The commonest of 12 characters and more in lists of leaked passwords, and what people make of this product's name. */
const commonest = new Set(
  `123456789012 1234567890123 12345678901234 123456789123 1234567891011 123123123123 111111111111 000000000000
  098765432109 987654321098 112233445566 102030405060 147258369147 121212121212 101010101010 qwertyuiopas
  qwertyuiop12 qwertyuiop123 qwertyqwerty qwerty123456 qwerty1234567 qwerty12345678 qwertyuiop[] 1q2w3e4r5t6y
  1qaz2wsx3edc 1qazxsw23edc q1w2e3r4t5y6 zaq12wsxcde3 asdfghjkl123 asdfghjklzxc zxcvbnm12345 abcdefghijkl
  abcd12345678 abc123abc123 a1b2c3d4e5f6 aaaaaaaaaaaa password1234 password12345 password123456 passwordpassword
  password123! password1234! p@ssw0rd1234 p@ssword1234 passw0rd1234 passw0rd123! mypassword123 newpassword123
  changeme1234 changemenow1 changeme123! letmein12345 letmeinplease welcome12345 welcome123456 iloveyou1234
  iloveyou12345 iloveyouforever administrator administrator1 administrator123 admin1234567 admin12345678 adminadmin12
  adminadminadmin adminpassword rootpassword trustno1trustno1 monkeymonkey dragondragon football1234 baseball1234
  superman1234 unknownunknown internetinternet computer1234 correcthorsebatterystaple testtesttest test12345678
  secretsecret defaultpassword tielinetieline tieline12345 tieline123456 tielinepassword`.split(/\s+/),
);

/** Asserts that a password may be one. @throws password-unfit */
export function assertFitPassword(password: string): void {
  const length = [...password].length;
  if (length < fewestCharacters) {
    throw new TielineError('password-unfit', `The password has ${length} characters, and 12 are needed`);
  }
  if (length > mostCharacters) {
    throw new TielineError('password-unfit', `The password has more than ${mostCharacters} characters`);
  }
  if (commonest.has(password.toLowerCase())) {
    throw new TielineError('password-unfit', 'The password is one of the commonest, which are tried first');
  }
}
