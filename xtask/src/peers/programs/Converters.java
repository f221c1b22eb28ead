import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.HexFormat;

/**
 * Java as a peer of the conversion table.
 *
 * <pre>
 * Converters version
 * Converters strict|string FROM TO     one line of hex digits in, one line out: what it becomes, or ! where it is refused
 * </pre>
 *
 * {@code strict} reports what cannot be converted; {@code string} is {@code new String(bytes, from).getBytes(to)}, which
 * never does. Each line is a whole text.
 */
public final class Converters {
    private static final int ROOM = 1024;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final CharsetDecoder decoder;
    private final CharsetEncoder encoder;
    private final CharBuffer chars = CharBuffer.allocate(ROOM);
    private final ByteBuffer bytes = ByteBuffer.allocate(ROOM);

    private Converters(Charset from, Charset to) {
        decoder = from.newDecoder();
        encoder = to.newEncoder();
        decoder.onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        encoder.onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private String strict(byte[] text) {
        chars.clear();
        bytes.clear();
        decoder.reset();
        encoder.reset();
        boolean read = done(decoder.decode(ByteBuffer.wrap(text), chars, true)) && done(decoder.flush(chars));
        chars.flip();
        boolean written = read && done(encoder.encode(chars, bytes, true)) && done(encoder.flush(bytes));
        return written ? HEX.formatHex(bytes.array(), 0, bytes.position()) : "!";
    }

    private static boolean done(CoderResult result) {
        if (result.isOverflow()) {
            throw new IllegalStateException("a text is too long");
        }
        return result.isUnderflow();
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, "US-ASCII");
        out = new PrintStream(new java.io.BufferedOutputStream(out, 1 << 16), false, "US-ASCII");
        if (arguments.length == 1) {
            out.println(System.getProperty("java.version"));
        } else {
            boolean strict = arguments[0].equals("strict");
            Charset from = Charset.forName(arguments[1]);
            Charset to = Charset.forName(arguments[2]);
            Converters converters = new Converters(from, to);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "US-ASCII"), 1 << 16);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                byte[] text = HEX.parseHex(line);
                out.print(strict ? converters.strict(text) : HEX.formatHex(new String(text, from).getBytes(to)));
                out.print('\n');
            }
        }
        out.flush();
    }
}
