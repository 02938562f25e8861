package io.nextscale.verifiers.clip;

import java.nio.charset.Charset;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text as CLIP was trained on it: characters of HTML written out, quotes straight, ligatures apart,
 * composed (NFC), white space of any length one space, lower case.
 *
 * <p>The reference does the first with {@code html.unescape}, of whose 2,231 names those of HTML 2
 * and of common punctuation are known here, and cleans with {@code ftfy.fix_text}, which also
 * repairs text that was decoded with a wrong encoding; that is left out.
 *
 * <p>Source: openai/CLIP clip/simple_tokenizer.py, basic_clean, whitespace_clean @d05afc4;
 * rspeer/python-ftfy ftfy/fixes.py for what it changes.
 */
final class CleanText {

  private static final Pattern ENTITY =
      Pattern.compile("&(?:#(\\d{1,9});?|#[xX](\\p{XDigit}{1,7});?|(\\w{2,8});)");

  /** Characters that no text needs, but for white space. */
  private static final Pattern CONTROLS =
      Pattern.compile("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\u206a-\\u206f\\ufeff\\ufff9-\\ufffc]");

  private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u02bc\\u2018-\\u201b]");
  private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201c-\\u201f]");

  /** Ligatures of Latin letters, and letters as wide as ideograms. */
  private static final Pattern COMPATIBLE =
      Pattern.compile(
          "[\\u0132\\u0133\\u01c4-\\u01cc\\u01f1-\\u01f3\\ufb00-\\ufb06\\uff01-\\uffef]");

  private static final Pattern WHITE_SPACE =
      Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  /** The names of U+00A0 to U+00FF, in order. */
  private static final String LATIN =
      """
      nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr
      deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest
      Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml
      ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig
      agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml
      eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml\
      """;

  private static final Map<String, String> NAMED = named();

  private static final int FIRST_LATIN = 0xa0;

  private CleanText() {}

  private static Map<String, String> named() {
    Map<String, String> named =
        new HashMap<>(
            Map.ofEntries(
                Map.entry("amp", "&"),
                Map.entry("lt", "<"),
                Map.entry("gt", ">"),
                Map.entry("quot", "\""),
                Map.entry("apos", "'"),
                Map.entry("hellip", "\u2026"),
                Map.entry("mdash", "\u2014"),
                Map.entry("ndash", "\u2013"),
                Map.entry("lsquo", "\u2018"),
                Map.entry("rsquo", "\u2019"),
                Map.entry("ldquo", "\u201c"),
                Map.entry("rdquo", "\u201d"),
                Map.entry("bull", "\u2022"),
                Map.entry("trade", "\u2122"),
                Map.entry("euro", "\u20ac")));
    String[] latin = LATIN.split("\\s+");
    for (int i = 0; i < latin.length; i++) {
      named.put(latin[i], Character.toString(FIRST_LATIN + i));
    }
    return named;
  }

  static String of(String text) {
    String fixed = fixed(text);
    String written = unescaped(unescaped(fixed)); // twice, as the reference does
    return WHITE_SPACE.matcher(written).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
  }

  private static String fixed(String text) {
    String plain = CONTROLS.matcher(text).replaceAll("");
    plain = SINGLE_QUOTES.matcher(plain).replaceAll("'");
    plain = DOUBLE_QUOTES.matcher(plain).replaceAll("\"");
    plain =
        COMPATIBLE
            .matcher(plain)
            .replaceAll(match ->
                Matcher.quoteReplacement(
                    Normalizer.normalize(match.group(), Normalizer.Form.NFKC)));
    return Normalizer.normalize(plain, Normalizer.Form.NFC);
  }

  private static String unescaped(String text) {
    return ENTITY.matcher(text).replaceAll(match -> Matcher.quoteReplacement(character(match)));
  }

  private static String character(MatchResult match) {
    if (match.group(1) != null) {
      return character(Integer.parseInt(match.group(1)));
    }
    if (match.group(2) != null) {
      return character(Integer.parseInt(match.group(2), 16));
    }
    return NAMED.getOrDefault(match.group(3), match.group());
  }

  /** A code point; those that HTML knows under the numbers of Windows-1252 are these. */
  private static String character(int point) {
    if (point >= 0x80 && point < FIRST_LATIN) {
      return new String(new byte[] {(byte) point}, Charset.forName("windows-1252"));
    }
    boolean none =
        point == 0
            || point > Character.MAX_CODE_POINT
            || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    return none ? "\ufffd" : Character.toString(point);
  }
}
