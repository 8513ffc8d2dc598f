package io.gensweep.model;

import static io.gensweep.model.GpuLife.copies;
import static io.gensweep.model.GpuLife.launch;
import static io.gensweep.model.GpuOperators.bytes;
import static io.gensweep.model.GpuOperators.floats;
import static io.gensweep.model.GpuOperators.longs;
import static io.gensweep.model.GpuOperators.scalar;
import static io.gensweep.model.GpuOperators.text;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.gensweep.model.ProgramCall.Argument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Calls of operators on GPUs, each wrong in one place, and what is said of it.
 *
 * @param address of 1,024 bytes
 * @param scale a kernel of two pointers and two numbers of 4 bytes
 * @param box a kernel of a tensor map and a pointer
 */
record WrongGpuCalls(long handle, long address, long scale, long box) {
  private static final String NO_GPU = "there is no GPU of this handle";
  private static final String OUTSIDE = "bytes at the address are not within one allocation";
  private static final String NOT_ALLOCATED = "a tensor map is of memory that is not allocated";
  private static final String NOT_CONTIGUOUS = "an argument is not contiguous";

  record Call(String operator, String why, List<Argument> arguments) {}

  List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    calls.addAll(ofMemory());
    calls.addAll(ofTransfers());
    calls.addAll(ofPrograms());
    calls.addAll(ofRuns());
    return calls;
  }

  private List<Call> ofMemory() {
    Argument image = text(GpuLife.IMAGE);
    Argument entry = text("scale");
    Argument own = scalar(handle);
    Argument none = scalar(handle + 1000);
    Argument facts = longs(new long[8]);
    Argument name = bytes(new byte[96]);
    return List.of(
        call("gpu_facts", "numbers are not 8", longs(new long[7]), name, scalar(0)),
        call("gpu_facts", "numbers are not 8", floats(new float[8]), name, scalar(0)),
        call("gpu_facts", "name is not 96", facts, bytes(new byte[95]), scalar(0)),
        call("gpu_facts", "there is no device 9", facts, name, scalar(9)),
        call("gpu_open", "there is no device 2: there are 2", scalar(2)),
        call("gpu_open", "there is no device 4294967296", scalar(1L << 32)),
        call("gpu_close", NO_GPU, none),
        call("gpu_close", NO_GPU, scalar(0)),
        call("gpu_function", NO_GPU, image, entry, none, scalar(0)),
        call("gpu_function", "image is not of uint8", floats(1), entry, own, scalar(0)),
        call("gpu_function", "image is not of uint8", text(""), entry, own, scalar(0)),
        call("gpu_function", "entry is not of uint8", image, text(""), own, scalar(0)),
        call("gpu_function", "or longer than", image, text("x".repeat(256)), own, scalar(0)),
        call("gpu_function", "shared is out of range", image, entry, own, scalar(-1)),
        call(
            "gpu_function",
            "scale with 300000 bytes of shared memory: cuFuncSetAttribute",
            image,
            entry,
            own,
            scalar(300_000)),
        call("gpu_allocate", NO_GPU, none, scalar(1)),
        call("gpu_allocate", "bytes are out of range", own, scalar(0)),
        call("gpu_allocate", "bytes are out of range", own, scalar(-1)),
        call("gpu_allocate", "bytes are out of range", own, scalar(Long.MAX_VALUE)),
        call("gpu_free", NO_GPU, none, scalar(address)),
        call("gpu_free", "no allocation at this address", own, scalar(address + 16)),
        call("gpu_free", "no allocation at this address", own, scalar(0)),
        call("gpu_free", "no allocation at this address", own, scalar(-1)));
  }

  private List<Call> ofTransfers() {
    Argument own = scalar(handle);
    Argument none = scalar(-1);
    Argument at = scalar(address);
    Argument kilobyte = bytes(new byte[1024]);
    Argument turned = m -> m.zeros(new Shape(2, 3), DataType.FLOAT32).transpose();
    Argument deep = m -> m.zeros(new Shape(1, 1, 1, 1, 2), DataType.FLOAT32);
    return List.of(
        call("gpu_write", NO_GPU, kilobyte, none, at),
        call("gpu_write", NOT_CONTIGUOUS, turned, own, at),
        call("gpu_write", "more than 4 dimensions", deep, own, at),
        call("gpu_write", OUTSIDE, kilobyte, own, scalar(address + 1)),
        call("gpu_write", OUTSIDE, kilobyte, own, scalar(address - 1)),
        call("gpu_write", OUTSIDE, kilobyte, own, scalar(0)),
        call("gpu_write", OUTSIDE, kilobyte, own, scalar(Long.MIN_VALUE)),
        call("gpu_write", OUTSIDE, bytes(new byte[1025]), own, at),
        call("gpu_read", NO_GPU, kilobyte, none, at),
        call("gpu_read", NOT_CONTIGUOUS, turned, own, at),
        call("gpu_read", OUTSIDE, kilobyte, own, scalar(address + 1)),
        call("gpu_read", OUTSIDE, floats(new float[257]), own, at),
        call("gpu_zero", NO_GPU, none, at, scalar(1)),
        call("gpu_zero", OUTSIDE, own, at, scalar(1025)),
        call("gpu_zero", OUTSIDE, own, at, scalar(-1)),
        call("gpu_zero", OUTSIDE, own, scalar(address - 16), scalar(16)),
        call("gpu_copy", NO_GPU, copies(address, address + 16, 16), none),
        call("gpu_copy", "copies are not [n, 3]", longs(address, address + 16, 16), own),
        call("gpu_copy", "copies are not [n, 3]", floats(1, 2, 3), own),
        call("gpu_copy", OUTSIDE, copies(address, address + 512, 513), own),
        call("gpu_copy", OUTSIDE, copies(address - 1, address + 512, 16), own),
        call("gpu_copy", OUTSIDE, copies(address, address + 512, -1), own),
        call("gpu_copy", OUTSIDE, copies(address, address + 64, 8, address, 0, 8), own),
        call("gpu_copy", "partly the same", copies(address, address + 8, 16), own),
        call("gpu_copy", "partly the same", copies(address + 8, address, 16), own));
  }

  private List<Call> ofPrograms() {
    long[] right = launch(scale, 0, 0, address, 0, address, 1, 4, 2, 0);
    long[] map = launch(box, 0, 3, address, 16, 4, 16, 1, 0, 0, 0, address);
    String box = "a tensor map's sizes or its box are out of range";
    List<Call> calls = new ArrayList<>();
    calls.add(call("gpu_graph", NO_GPU, longs(right), scalar(-1)));
    calls.add(graph("program is empty"));
    calls.add(call("gpu_graph", "a vector of int64", floats(1), scalar(handle)));
    calls.add(call("gpu_graph", "a vector of int64", copies(right), scalar(handle)));
    for (int length : new int[] {1, 7}) {
      calls.add(graph("launch 0: the program ends", Arrays.copyOf(right, length)));
    }
    for (int length : new int[] {8, 9, 10, 15}) {
      calls.add(graph("ends among the arguments", Arrays.copyOf(right, length)));
    }
    calls.add(graph("launch 1: the program ends", Arrays.copyOf(right, right.length + 1)));
    for (int length : new int[] {10, 15}) {
      calls.add(graph("ends within a tensor map", Arrays.copyOf(map, length)));
    }
    calls.add(graph("there is no such function", with(right, 0, 0)));
    calls.add(graph("there is no such function", with(right, 0, scale + 1)));
    calls.add(graph("the grid is out of range", with(right, 1, 0)));
    calls.add(graph("the grid is out of range", with(right, 1, 1L << 31)));
    calls.add(graph("the grid is out of range", with(right, 2, 1 << 16)));
    calls.add(graph("the grid is out of range", with(right, 3, -1)));
    calls.add(graph("threads of a block are out of range", with(right, 4, 31)));
    calls.add(graph("threads of a block are out of range", with(right, 4, 1025)));
    calls.add(graph("shared memory is more than the function", with(right, 5, 49_153)));
    calls.add(graph("shared memory is more than the function", with(map, 5, 60_001)));
    calls.add(graph("shared memory is more than the function", with(right, 5, -1)));
    calls.add(graph("early is not 0 or 1", with(right, 6, 2)));
    calls.add(graph("there are 3 arguments, and the function has 4", with(right, 7, 3)));
    calls.add(graph("there are 5 arguments, and the function has 4", with(right, 7, 5)));
    calls.add(graph("there are -1 arguments", with(right, 7, -1)));
    calls.add(graph("there is no such kind of argument", with(right, 8, 4)));
    calls.add(graph("there is no such kind of argument", with(right, 8, -1)));
    calls.add(graph("argument 0 is of 4 bytes, and the function's of 8", with(right, 8, 1)));
    calls.add(graph("argument 2 is of 8 bytes, and the function's of 4", with(right, 12, 0)));
    calls.add(graph("argument 0 is of 8 bytes, and the function's of 128", with(map, 8, 0)));
    calls.add(graph("an argument is beyond 32 bits", with(right, 13, 1L << 32)));
    calls.add(graph("an argument is beyond 32 bits", with(right, 15, Long.MIN_VALUE)));
    calls.add(graph("no multiple of 16 bytes", with(map, 9, address + 8)));
    calls.add(graph("no multiple of 16 bytes", with(map, 10, 24)));
    calls.add(graph(NOT_ALLOCATED, with(map, 9, 0)));
    calls.add(graph(NOT_ALLOCATED, with(map, 9, address + 1024 - 48)));
    calls.add(graph(NOT_ALLOCATED, with(map, 11, 65)));
    calls.add(graph(NOT_ALLOCATED, with(with(map, 11, 33), 14, 9)));
    calls.add(graph(box, with(map, 10, 0)));
    calls.add(graph(box, with(map, 11, Long.MAX_VALUE)));
    calls.add(graph(box, with(map, 12, 257)));
    calls.add(graph(box, with(map, 13, 0)));
    calls.add(graph("has no such type or swizzle", with(map, 14, 13)));
    calls.add(graph("has no such type or swizzle", with(map, 14, -1)));
    calls.add(graph("has no such type or swizzle", with(map, 15, 7)));
    calls.add(call("gpu_drop_graph", NO_GPU, scalar(-1), scalar(0)));
    calls.add(call("gpu_drop_graph", "has no such graph", scalar(handle), scalar(0)));
    calls.add(call("gpu_drop_graph", "has no such graph", scalar(handle), scalar(-1)));
    return calls;
  }

  private List<Call> ofRuns() {
    long[] right = launch(scale, 0, 0, address, 0, address, 1, 4, 2, 0);
    Argument four = floats(new float[4]);
    Argument turned = m -> m.zeros(new Shape(2, 3), DataType.FLOAT32).transpose();
    return List.of(
        call("gpu_run", NO_GPU, four, four, longs(right), scalar(-1), scalar(-1), at(0), at(0)),
        run(OUTSIDE, four, four, right, -1, 1024 - 15, 0),
        run(OUTSIDE, four, four, right, -1, 0, -1),
        run(NOT_CONTIGUOUS, turned, four, right, -1, 0, 0),
        run(NOT_CONTIGUOUS, four, turned, right, -1, 0, 0),
        run("has no such graph", four, four, right, 0, 0, 0),
        run("has no such graph", four, four, right, -2, 0, 0),
        run("launch 0: the grid is out of", four, four, with(right, 1, 0), -1, 0, 0));
  }

  private static Call call(String operator, String why, Argument... arguments) {
    return new Call(operator, why, List.of(arguments));
  }

  private Argument at(long offset) {
    return scalar(address + offset);
  }

  private Call run(
      String why, Argument out, Argument input, long[] program, long graph, long to, long from) {
    return call(
        "gpu_run",
        why,
        out,
        input,
        longs(program),
        scalar(handle),
        scalar(graph),
        at(to),
        at(from));
  }

  private Call graph(String why, long... program) {
    return call("gpu_graph", why, longs(program), scalar(handle));
  }

  private static long[] with(long[] words, int at, long other) {
    long[] changed = words.clone();
    changed[at] = other;
    return changed;
  }
}
