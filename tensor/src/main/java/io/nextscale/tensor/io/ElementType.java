package io.nextscale.tensor.io;

import io.nextscale.tensor.DType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a file stores elements. The names are those of safetensors; all are little-endian.
 *
 * <p>A file knows more types than a tensor does. On loading, {@link #F32}, {@link #F16} and {@link
 * #BF16} stay as they are, {@link #F64} is rounded to F32, and every integer type becomes I32,
 * provided the values fit.
 */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(8, DType.F32, "DoubleStorage", "float64", "f8"),
  /** IEEE 754 binary32. */
  F32(4, DType.F32, "FloatStorage", "float32", "f4"),
  /** IEEE 754 binary16. */
  F16(2, DType.F16, "HalfStorage", "float16", "f2"),
  /** The upper half of a binary32. */
  BF16(2, DType.BF16, "BFloat16Storage", "bfloat16", null),
  /** Signed 64-bit integers. */
  I64(8, DType.I32, "LongStorage", "int64", "i8"),
  /** Signed 32-bit integers. */
  I32(4, DType.I32, "IntStorage", "int32", "i4"),
  /** Signed 16-bit integers. */
  I16(2, DType.I32, "ShortStorage", "int16", "i2"),
  /** Signed bytes. */
  I8(1, DType.I32, "CharStorage", "int8", "i1"),
  /** Unsigned 64-bit integers. */
  U64(8, DType.I32, null, "uint64", "u8"),
  /** Unsigned 32-bit integers. */
  U32(4, DType.I32, null, "uint32", "u4"),
  /** Unsigned 16-bit integers. */
  U16(2, DType.I32, null, "uint16", "u2"),
  /** Unsigned bytes. */
  U8(1, DType.I32, "ByteStorage", "uint8", "u1"),
  /** One byte each: 0 is false, anything else true, read as 0 and 1. */
  BOOL(1, DType.I32, "BoolStorage", "bool", "b1"),
  /** 8-bit floats with 4 bits of exponent; listed, not loaded. */
  F8_E4M3(1, null, null, "float8_e4m3fn", null),
  /** 8-bit floats with 5 bits of exponent; listed, not loaded. */
  F8_E5M2(1, null, null, "float8_e5m2", null),
  /** 8-bit exponents; listed, not loaded. */
  F8_E8M0(1, null, null, "float8_e8m0fnu", null),
  /** Pairs of F32, real and imaginary; listed, not loaded. */
  C64(8, null, "ComplexFloatStorage", "complex64", "c8"),
  /** Pairs of F64; listed, not loaded. */
  C128(16, null, "ComplexDoubleStorage", "complex128", "c16");

  private static final Map<String, ElementType> BY_STORAGE = new HashMap<>();
  private static final Map<String, ElementType> BY_TORCH = new HashMap<>();
  private static final Map<String, ElementType> BY_NUMPY = new HashMap<>();
  private static final Map<String, ElementType> BY_NAME = new HashMap<>();

  static {
    for (ElementType type : values()) {
      BY_NAME.put(type.name(), type);
      BY_TORCH.put(type.torchName, type);
      if (type.storageName != null) {
        BY_STORAGE.put(type.storageName, type);
      }
      if (type.numpyCode != null) {
        BY_NUMPY.put(type.numpyCode, type);
      }
    }
  }

  private final int sizeBytes;
  private final @Nullable DType dtype;
  private final @Nullable String storageName;
  private final String torchName;
  private final @Nullable String numpyCode;

  ElementType(
      int sizeBytes,
      @Nullable DType dtype,
      @Nullable String storageName,
      String torchName,
      @Nullable String numpyCode) {
    this.sizeBytes = sizeBytes;
    this.dtype = dtype;
    this.storageName = storageName;
    this.torchName = torchName;
    this.numpyCode = numpyCode;
  }

  /** Bytes per element. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** The type that tensors of this kind have once loaded, or null when they are only listed. */
  public @Nullable DType dtype() {
    return dtype;
  }

  /** The type that stores tensors of {@code type} without loss. */
  public static ElementType of(DType type) {
    return switch (type) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
      case I8 -> I8;
      case I32 -> I32;
    };
  }

  /** By safetensors name; null when there is none. */
  static @Nullable ElementType byName(String name) {
    return name.equals("C128") ? null : BY_NAME.get(name);
  }

  /** By the name of a PyTorch storage class, {@code FloatStorage}; null when there is none. */
  static @Nullable ElementType byStorage(String name) {
    return BY_STORAGE.get(name);
  }

  /** By PyTorch's name of the type, {@code float32}; null when there is none. */
  static @Nullable ElementType byTorchName(String name) {
    return BY_TORCH.get(name);
  }

  /** By NumPy's kind and size, {@code f4}; null when there is none. */
  static @Nullable ElementType byNumpyCode(String code) {
    return BY_NUMPY.get(code);
  }

  /** The name of PyTorch's storage class, or null when it has none. */
  @Nullable String storageName() {
    return storageName;
  }

  /** NumPy's kind and size, or null for types that NumPy lacks. */
  @Nullable String numpyCode() {
    return numpyCode;
  }
}
