#include "roformer/format/pickle_rebuild.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

// Values added one by one, as the reader does.
class Values {
 public:
  PickleId add(PickleValue value) {
    pickle.values.push_back(std::move(value));
    return static_cast<PickleId>(pickle.values.size() - 1);
  }
  PickleId tuple(std::vector<PickleId> items) { return add(PickleTuple{std::move(items)}); }
  PickleId sizes(const std::vector<std::int64_t>& values) {
    std::vector<PickleId> items;
    for (const std::int64_t value : values) items.push_back(add(value));
    return tuple(items);
  }
  PickleId storage_id(PickleSymbol type, const std::string& key, std::int64_t size) {
    return tuple(
        {add(std::string("storage")), add(type), add(key), add(std::string("cpu")), add(size)});
  }
  PickleValue call(PickleSymbol function, std::vector<PickleId> arguments) {
    const PickleId id = add(function);
    return reduce_call(pickle, id, tuple(std::move(arguments)), "f");
  }

  Pickle pickle;
};

TEST(PickleRebuild, APersistentIdIsAStorage) {
  Values values;
  const PickleId id = values.storage_id(PickleSymbol::storage_type_f16, "7", 12);
  const auto value = resolve_persistent_id(values.pickle, id, "f");
  const auto* reference = std::get_if<PickleStorageReference>(&value);
  ASSERT_NE(reference, nullptr);
  const PickleStorage& storage = values.pickle.storages.at(reference->index);
  EXPECT_EQ(storage.key, "7");
  EXPECT_EQ(storage.dtype, Dtype::f16);
  EXPECT_EQ(storage.size, 12);
}

TEST(PickleRebuild, OtherPersistentIdsAreRefused) {
  const auto refused = [](const auto& make, std::initializer_list<const char*> words) {
    Values values;
    const PickleId id = make(values);
    expect_error(words, [&] { resolve_persistent_id(values.pickle, id, "f"); });
  };
  refused([](Values& v) { return v.add(std::string("storage")); }, {"f:", "tuple"});
  refused([](Values& v) { return v.tuple({}); }, {"storages only"});
  refused([](Values& v) { return v.tuple({v.add(std::string("module"))}); },
          {"'module'", "nothing of the file was run"});
  refused([](Values& v) { return v.tuple({v.add(std::string("storage"))}); }, {"5 or 6 items"});
  refused([](Values& v) { return v.storage_id(PickleSymbol::size, "0", 1); }, {"storage types"});
  refused([](Values& v) { return v.storage_id(PickleSymbol::storage_type_f32, "0", -1); },
          {"a storage's size", "-1"});
  refused(
      [](Values& v) {
        return v.storage_id(PickleSymbol::storage_type_f64, "0", std::int64_t{1} << 61);
      },
      {"f"});
  refused(
      [](Values& v) {
        const PickleId id = v.storage_id(PickleSymbol::storage_type_f32, "0", 1);
        auto items = v.pickle.get<PickleTuple>(id)->items;
        items.push_back(v.add(std::int64_t{3}));
        return v.tuple(items);
      },
      {"whole storages", "before 0.4"});
}

TEST(PickleRebuild, TensorsOfBothVersionsAndParameters) {
  Values values;
  values.pickle.storages = {{"0", Dtype::f32, 10}};
  const PickleId storage = values.add(PickleStorageReference{0}), none = values.add(PickleNone{});
  const PickleId offset = values.add(std::int64_t{2}), shape = values.sizes({2, 3}),
                 strides = values.sizes({1, 2});
  const auto second =
      values.call(PickleSymbol::rebuild_tensor_v2, {storage, offset, shape, strides, none, none});
  const auto first = values.call(PickleSymbol::rebuild_tensor, {storage, offset, shape, strides});
  ASSERT_EQ(values.pickle.tensors.size(), 2u);
  EXPECT_EQ(std::get<PickleTensorReference>(second).index, 0u);
  EXPECT_EQ(std::get<PickleTensorReference>(first).index, 1u);
  EXPECT_EQ(values.pickle.tensors[0].offset, 2);
  EXPECT_EQ(values.pickle.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(values.pickle.tensors[1].strides, (std::vector<std::int64_t>{1, 2}));

  const auto parameter =
      values.call(PickleSymbol::rebuild_parameter, {values.add(first), none, none});
  EXPECT_EQ(std::get<PickleTensorReference>(parameter).index, 1u);
  expect_error({"a parameter"}, [&] {
    values.call(PickleSymbol::rebuild_parameter, {storage, none, none});
  });
  expect_error({"4 to 4 arguments", "got 3"}, [&] {
    values.call(PickleSymbol::rebuild_tensor, {storage, offset, shape});
  });
  expect_error({"first argument", "a storage"}, [&] {
    values.call(PickleSymbol::rebuild_tensor, {offset, offset, shape, strides});
  });
  // Element 2 + 1 · 4 + 2 · 2 = 10 is the eleventh.
  expect_error({"within its storage of 10"}, [&] {
    values.call(PickleSymbol::rebuild_tensor, {storage, offset, shape, values.sizes({4, 2})});
  });
}

// Types that torch has no storage of lie in a storage of bytes.
TEST(PickleRebuild, ElementsInAStorageOfBytes) {
  Values values;
  values.pickle.storages = {{"0", Dtype::u8, 24}, {"1", Dtype::f32, 24}};
  const PickleId bytes = values.add(PickleStorageReference{0}), none = values.add(PickleNone{});
  const PickleId two = values.add(std::int64_t{2}), zero = values.add(std::int64_t{0});
  const PickleId shape = values.sizes({5}), strides = values.sizes({1});
  const auto rebuild = [&](PickleId storage, PickleId offset, Dtype dtype) {
    return values.call(PickleSymbol::rebuild_tensor_v3, {storage, offset, shape, strides, none,
                                                         none, values.add(element_symbol(dtype))});
  };
  rebuild(bytes, two, Dtype::u16);  // bytes 4 to 14 of 24
  EXPECT_EQ(values.pickle.tensors.at(0).dtype, Dtype::u16);
  EXPECT_EQ(values.pickle.tensors.at(0).offset, 2);
  rebuild(bytes, zero, Dtype::u32);  // 20 bytes
  expect_error({"within its storage of 6"}, [&] { rebuild(bytes, two, Dtype::u32); });
  expect_error({"within its storage of 1"}, [&] { rebuild(bytes, zero, Dtype::c128); });
  expect_error({"a storage of bytes", "U16", "F32"},
               [&] { rebuild(values.add(PickleStorageReference{1}), zero, Dtype::u16); });
  expect_error({"types of elements"}, [&] {
    values.call(PickleSymbol::rebuild_tensor_v3, {bytes, zero, shape, strides, none, none, two});
  });
  expect_error({"types of elements"}, [&] {
    values.call(PickleSymbol::rebuild_tensor_v3,
                {bytes, zero, shape, strides, none, none, values.add(PickleSymbol::size)});
  });
  expect_error({"7 to 8 arguments", "got 4"}, [&] {
    values.call(PickleSymbol::rebuild_tensor_v3, {bytes, zero, shape, strides});
  });
}

TEST(PickleRebuild, DictionariesAndSizes) {
  Values values;
  const PickleId a = values.add(std::string("a")), one = values.add(std::int64_t{1});
  EXPECT_TRUE(
      std::get<PickleDictionary>(values.call(PickleSymbol::ordered_dictionary, {})).items.empty());
  const PickleId pairs =
      values.add(PickleList{{values.tuple({a, one}), values.add(PickleList{{one, a}})}});
  const auto dictionary =
      std::get<PickleDictionary>(values.call(PickleSymbol::ordered_dictionary, {pairs}));
  const std::vector<std::pair<PickleId, PickleId>> expected{{a, one}, {one, a}};
  EXPECT_EQ(dictionary.items, expected);
  expect_error({"one list of pairs"}, [&] { values.call(PickleSymbol::ordered_dictionary, {a}); });
  expect_error({"pairs of key and value", "1 items"}, [&] {
    values.call(PickleSymbol::ordered_dictionary, {values.add(PickleList{{values.tuple({a})}})});
  });
  const auto size = values.call(PickleSymbol::size, {values.tuple({one, one})});
  EXPECT_EQ(std::get<PickleTuple>(size).items, (std::vector<PickleId>{one, one}));
  expect_error({"torch.Size"}, [&] { values.call(PickleSymbol::size, {one}); });
}

TEST(PickleRebuild, NothingElseIsCalled) {
  Values values;
  expect_error({"a type of torch", "nothing of the file was run"},
               [&] { values.call(PickleSymbol::storage_type_f32, {}); });
  expect_error({"a known function"}, [&] {
    reduce_call(values.pickle, values.add(std::string("f")), values.tuple({}), "f");
  });
  expect_error({"a call's arguments"}, [&] {
    const PickleId function = values.add(PickleSymbol::ordered_dictionary);
    reduce_call(values.pickle, function, values.add(PickleNone{}), "f");
  });
}

TEST(PickleGlobals, StoragesHaveTheirTypes) {
  const std::pair<const char*, Dtype> storages[] = {
      {"BoolStorage", Dtype::boolean},      {"ByteStorage", Dtype::u8},
      {"UntypedStorage", Dtype::u8},        {"CharStorage", Dtype::i8},
      {"ShortStorage", Dtype::i16},         {"IntStorage", Dtype::i32},
      {"LongStorage", Dtype::i64},          {"HalfStorage", Dtype::f16},
      {"BFloat16Storage", Dtype::bf16},     {"FloatStorage", Dtype::f32},
      {"DoubleStorage", Dtype::f64},        {"ComplexFloatStorage", Dtype::c64},
      {"ComplexDoubleStorage", Dtype::c128}};
  for (const auto& [name, dtype] : storages)
    EXPECT_EQ(storage_dtype(find_pickle_symbol("torch", name, "f")), dtype) << name;
  EXPECT_EQ(storage_dtype(find_pickle_symbol("torch.storage", "UntypedStorage", "f")), Dtype::u8);
}

TEST(PickleGlobals, EveryTypeOfElementsHasItsName) {
  for (int type = 0; type < kDtypeCount; ++type) {
    const auto dtype = static_cast<Dtype>(type);
    ASSERT_FALSE(element_name(dtype).empty()) << type;
    const PickleSymbol symbol = find_pickle_symbol("torch", element_name(dtype), "f");
    EXPECT_EQ(element_dtype(symbol), dtype);
    EXPECT_EQ(storage_dtype(symbol), std::nullopt);
    if (storage_name(dtype).empty()) continue;
    EXPECT_EQ(element_dtype(find_pickle_symbol("torch", storage_name(dtype), "f")), std::nullopt);
  }
  EXPECT_EQ(element_dtype(PickleSymbol::size), std::nullopt);
}

TEST(PickleGlobals, OtherNamesOfTorchAreNoStorages) {
  for (const char* name : {"Size", "float16", "bfloat16", "float32", "float64", "uint8", "int8",
                           "int16", "int32", "int64", "bool"})
    EXPECT_EQ(storage_dtype(find_pickle_symbol("torch", name, "f")), std::nullopt) << name;
  EXPECT_EQ(find_pickle_symbol("collections", "OrderedDict", "f"),
            PickleSymbol::ordered_dictionary);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_tensor", "f"),
            PickleSymbol::rebuild_tensor);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_tensor_v2", "f"),
            PickleSymbol::rebuild_tensor_v2);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_tensor_v3", "f"),
            PickleSymbol::rebuild_tensor_v3);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_parameter", "f"),
            PickleSymbol::rebuild_parameter);
}

TEST(PickleGlobals, EverythingElseIsRefusedByName) {
  expect_error({"x.bin", "os.system", "nothing of the file was run"},
               [] { find_pickle_symbol("os", "system", "x.bin"); });
  expect_error({"builtins.eval"}, [] { find_pickle_symbol("builtins", "eval", "x.bin"); });
  expect_error({"torch.float"}, [] { find_pickle_symbol("torch", "float", "x.bin"); });
  expect_error({"collections.Size"}, [] { find_pickle_symbol("collections", "Size", "x.bin"); });
  expect_error({"a?.b?"}, [] { find_pickle_symbol("a\n", "b\n", "x.bin"); });
}

}  // namespace
}  // namespace roformer::format
