#include "roformer/format/pickle_reader.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "roformer/format/pickle_rebuild.h"
#include "roformer/format/pickle_writer.h"
#include "roformer/format/state_dictionary.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/format/pickle_text.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

using namespace std::string_literals;

Pickle parse_pickle_text(const std::string& bytes) {
  return read_pickle(bytes, "x.bin");
}

TEST(PickleReader, ReadsATensor) {
  const Pickle pickle = parse_pickle_text(pickle_of({}) + "behind it");
  EXPECT_EQ(pickle.size, pickle_of({}).size());
  const StateDictionary state = find_state_dictionary(pickle, "x.bin");
  ASSERT_EQ(state.tensors.size(), 1u);
  const PickleTensor& tensor = pickle.tensors[state.tensors.at("x")];
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor.strides, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(pickle.storages[tensor.storage].dtype, Dtype::f32);
  EXPECT_EQ(pickle.storages[tensor.storage].size, 6);
}

TEST(PickleReader, ReadsWhatTheWriterWrites) {
  std::vector<PickledTensor> tensors;
  for (int type = 0; type < kDtypeCount; ++type) {
    const auto dtype = static_cast<Dtype>(type);
    const std::string key = std::to_string(tensors.size());
    tensors.push_back({"tensor " + key, key, dtype, {3, 0, 2}});
    tensors.push_back({"wide " + key, "w" + key, dtype, {70000, 300}});
  }
  tensors.push_back({"scalar", "s", Dtype::f32, {}});
  for (const auto container : {PickleContainer::zip, PickleContainer::legacy}) {
    const Pickle pickle = parse_pickle_text(pickle_state(tensors, container));
    const StateDictionary state = find_state_dictionary(pickle, "x");
    ASSERT_EQ(state.tensors.size(), tensors.size());
    for (const PickledTensor& tensor : tensors) {
      const PickleTensor& found = pickle.tensors[state.tensors.at(tensor.name)];
      EXPECT_EQ(found.shape, tensor.shape);
      EXPECT_EQ(found.dtype, tensor.dtype);
      const PickleStorage& storage = pickle.storages[found.storage];
      EXPECT_EQ(storage.dtype, storage_name(tensor.dtype).empty() ? Dtype::u8 : tensor.dtype);
      EXPECT_EQ(storage.key, tensor.key);
    }
  }
}

TEST(PickleReader, ReadsPlainValuesOfEveryKind) {
  const Pickle pickle = parse_pickle_text(
      "\x80\x04\x95\x01\0\0\0\0\0\0\0](K\x07M\x01\x02J\xff\xff\xff\xff"
      "\x8a\x01\xfe\x8a\0G\x3f\xf8\0\0\0\0\0\0N\x88\x89"s +
      short_text("text") +
      "C\x02"
      "ab)]}e.");
  const auto* list = pickle.get<PickleList>(pickle.root);
  ASSERT_NE(list, nullptr);
  const std::vector<std::int64_t> integers{7, 513, -1, -2, 0};
  for (std::size_t i = 0; i < integers.size(); ++i)
    EXPECT_EQ(*pickle.get<std::int64_t>(list->items[i]), integers[i]);
  EXPECT_EQ(*pickle.get<double>(list->items[5]), 1.5);
  EXPECT_NE(pickle.get<PickleNone>(list->items[6]), nullptr);
  EXPECT_TRUE(*pickle.get<bool>(list->items[7]));
  EXPECT_FALSE(*pickle.get<bool>(list->items[8]));
  EXPECT_EQ(*pickle.get<std::string>(list->items[9]), "text");
  EXPECT_EQ(pickle.get<PickleBytes>(list->items[10])->bytes, "ab");
  EXPECT_EQ(list->items.size(), 14u);
}

TEST(PickleReader, RefusesEveryNameButItsOwn) {
  const std::string command = short_text("touch it-ran");
  for (const std::string& name : {"os system"s,
                                  "posix system"s,
                                  "nt system"s,
                                  "builtins eval"s,
                                  "builtins exec"s,
                                  "builtins getattr"s,
                                  "__builtin__ eval"s,
                                  "builtins __import__"s,
                                  "subprocess Popen"s,
                                  "functools partial"s,
                                  "torch load"s,
                                  "torch.serialization load"s,
                                  "torch.hub load"s,
                                  "pickle loads"s,
                                  "_pickle loads"s,
                                  "copyreg _reconstructor"s,
                                  "copyreg __newobj__"s,
                                  "operator attrgetter"s,
                                  "importlib import_module"s,
                                  "runpy run_path"s,
                                  "codecs decode"s,
                                  "_codecs encode"s,
                                  "collections defaultdict"s,
                                  "collections OrderedDict.__init__"s,
                                  "torch._utils _rebuild_tensor_v2.__globals__"s,
                                  "torch._utils _rebuild_wrapper_subclass"s,
                                  "torch._tensor _rebuild_from_type_v2"s,
                                  "torch Size.__class__"s,
                                  "torch.nn Module"s,
                                  "numpy.core.multiarray _reconstruct"s,
                                  "argparse Namespace"s,
                                  "webbrowser open"s,
                                  "torch.jit _pickle"s,
                                  " "s}) {
    const std::string module = name.substr(0, name.find(' '));
    const std::string attribute = name.substr(name.find(' ') + 1);
    const std::string global = "c" + module + "\n" + attribute + "\n";
    const std::string full = module + "." + attribute;
    for (const std::string& bytes : std::vector<std::string>{
             "\x80\x02" + global + "(" + command + "tR.",  // GLOBAL, REDUCE
             "\x80\x04" + short_text(module) + short_text(attribute) + "\x93" + command + "\x85R.",
             "\x80\x02(" + command + "i" + module + "\n" + attribute + "\n.",  // INST
             "\x80\x02(" + global + command + "o.",                            // OBJ
             "\x80\x02" + global + "(" + command + "t\x81.",                   // NEWOBJ
             "\x80\x04" + global + ")}\x92.",                                  // NEWOBJ_EX
             "\x80\x02" + global + ")\x81}" + command + "Nsb.",                // BUILD
             "\x80\x02}" + global + "(" + command + "tRNs.",                   // as a key
             "\x80\x02(" + short_text("storage") + global + short_text("0") + "tQ.",
             pickle_of({}).substr(0, pickle_of({}).size() - 1) + "0" + global + "."}) {
      expect_error({"x.bin", "refused", full.c_str()}, [&] { parse_pickle_text(bytes); });
    }
  }
}

TEST(PickleReader, RefusesOperationsOnKnownNames) {
  const std::string ordered = "ccollections\nOrderedDict\n";
  const std::string rebuild = "ctorch._utils\n_rebuild_tensor_v2\n";
  for (const std::string& bytes : std::vector<std::string>{
           "\x80\x02" + ordered + ")\x81.",                   // NEWOBJ
           "\x80\x04" + ordered + ")}\x92.",                  // NEWOBJ_EX
           "\x80\x02(" + ordered + "o.",                      // OBJ
           "\x80\x02" + ordered + "}b.",                      // state of a class
           "\x80\x02" + rebuild + "}b.",                      // state of a function
           "\x80\x02" + ordered + ")R(" + number(1) + "lb.",  // state that is a list
           "\x80\x02ctorch\nFloatStorage\n)R.",               // a storage from nothing
           "\x80\x02ctorch\nfloat32\n)R.", "\x80\x02" + short_text("os.system") + ")R.",
           "\x80\x02\x82\x01.", "\x80\x02\x83\x01\x01.", "\x80\x02\x84\x01\x01\x01\x01.",
           "\x80\x02Pos.system\n.", "\x80\x02(" + short_text("module") + "tQ.",
           "\x80\x02" + short_text("storage") + "Q.", "\x80\x04\x8f.", "\x80\x05\x97.",
           "cos\nsystem\n(S'touch it-ran'\ntR."s}) {
    expect_error({"x.bin"}, [&] { parse_pickle_text(bytes); });
  }
}

TEST(PickleReader, NamesInMessagesAreOneLineAndShort) {
  const std::string name = "a\nb\x1b[31m" + std::string(200, 'x');
  expect_error({"a?b?[31m", "..."}, [&] {
    parse_pickle_text("\x80\x04" + short_text(name.substr(0, 250)) + short_text("f") + "\x93.");
  });
}

TEST(PickleReader, TensorsStayWithinTheirStorage) {
  const auto refused = [](const TensorText& tensor) {
    expect_error({"x.bin"}, [&] { parse_pickle_text(pickle_of(tensor)); });
  };
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 0, {6}, {1}})).tensors.size(), 1u);
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 5, {1}, {1}})).tensors.size(), 1u);
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 6, {0}, {1}})).tensors.size(), 1u);
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 0, {}, {}})).tensors.size(), 1u);
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 0, {2, 3}, {1, 2}})).tensors.size(), 1u);
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  refused({6, 1, {2, 3}, {3, 1}});
  refused({6, 0, {2, 3}, {4, 1}});
  refused({6, 7, {0}, {1}});
  refused({6, -1, {2}, {1}});
  refused({6, 0, {-2}, {1}});
  refused({6, 0, {2}, {-1}});
  refused({6, 0, {2, 3}, {3}});
  refused({0, 0, {}, {}});
  refused({-1, 0, {0}, {1}});
  refused({6, 0, {7}, {0}});  // a view that repeats
  refused({6, 0, {1 << 20, 1 << 20}, {0, 0}});
  refused({6, 0, {kHuge, kHuge}, {0, 0}});
  refused({6, 0, {kHuge, 0, kHuge}, {0, 0, 0}});
  refused({6, 0, {2}, {kHuge}});
  refused({6, kHuge, {2}, {kHuge}});
  refused({kHuge, 0, {2}, {1}});  // more bytes than 2^63
  refused({1, 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1)});
  EXPECT_EQ(parse_pickle_text(pickle_of({6, 0, {6}, {1}, "ComplexFloatStorage"})).tensors.size(),
            1u);
  refused({6, 0, {7}, {1}, "ComplexFloatStorage"});
  refused({6, 0, {6}, {1}, "QInt8Storage"});
}

TEST(PickleReader, AStorageHasOneTypeAndSize) {
  const std::string first = pickle_of({});
  const std::string both = first.substr(0, first.size() - 1);
  const auto second = [&](const TensorText& tensor) {
    return both + pickle_of(tensor).substr(3, pickle_of(tensor).size() - 3);
  };
  EXPECT_EQ(parse_pickle_text(second({})).storages.size(), 1u);
  expect_error({"storage '0'"}, [&] { parse_pickle_text(second({7, 0, {2}, {1}})); });
  expect_error({"storage '0'"}, [&] {
    parse_pickle_text(second({6, 0, {2}, {1}, "DoubleStorage"}));
  });
}

TEST(PickleReader, ListsMayHoldThemselvesAndEachOther) {
  const Pickle self = parse_pickle_text("\x80\x02]q\0h\0a."s);
  EXPECT_EQ(self.get<PickleList>(self.root)->items.front(), self.root);
  std::string laughs = "\x80\x02]q\x00"s;  // each list holds the one before ten times
  for (char i = 1; i < 100; ++i) {
    laughs += "](";
    for (int k = 0; k < 10; ++k) laughs += "h"s + static_cast<char>(i - 1);
    laughs += "eq"s + i;
  }
  EXPECT_LT(parse_pickle_text(laughs + ".").values.size(), 200u);
}

TEST(PickleReader, LongPicklesAreRefusedInTime) {
  for (const std::string& step : {"N0"s, "]"s, "("s, "}2"s, "]q\0"s, "K\x01"s}) {
    std::string bytes;
    while (bytes.size() < 9'000'000 * step.size() / 2) bytes += step;
    expect_error({"steps"}, [&] { parse_pickle_text(bytes); });
  }
  // A call that copies a large list, again and again.
  std::string copies = "\x80\x02]q\x00("s;
  for (int i = 0; i < 100'000; ++i) copies += "h\x00"s;
  copies += "e0";
  for (int i = 0; i < 1000; ++i) copies += "ctorch\nSize\n(h\0tR"s;
  expect_error({"x.bin"}, [&] { parse_pickle_text(copies + "."); });
}

TEST(PickleReader, EveryTruncationIsAnError) {
  const std::string whole = pickle_of({});
  for (std::size_t size = 0; size < whole.size(); ++size)
    expect_error({"x.bin"}, [&] { parse_pickle_text(whole.substr(0, size)); });
}

TEST(PickleReader, RandomDamageEndsCleanly) {
  const std::string whole = pickle_state(
      {{"a", "0", Dtype::f32, {2, 3}}, {"b", "1", Dtype::f16, {4}}}, PickleContainer::zip);
  int refused = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    for (std::uint64_t k = 0; k <= i % 3; ++k) {
      const std::uint64_t random = base::derive(i, k);
      bytes[random % bytes.size()] = static_cast<char>(random >> 32);
    }
    try {
      find_state_dictionary(parse_pickle_text(bytes), "x.bin");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace roformer::format
