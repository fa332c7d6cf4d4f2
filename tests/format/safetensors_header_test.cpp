#include "roformer/format/safetensors_header.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

// A file with this JSON as its header and `data_size` bytes behind it.
std::string file_with(const std::string& json, std::size_t data_size) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(std::uint64_t{json.size()} >> (8 * i));
  return bytes + json + std::string(data_size, '\1');
}

SafetensorsHeader parse(const std::string& json, std::size_t data_size) {
  return parse_safetensors_header(file_with(json, data_size), "x.safetensors");
}

const std::string kGood =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
    R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"none":{"dtype":"F16","shape":[0,9],"data_offsets":[32,32]}})";

TEST(SafetensorsHeader, ReadsEntriesInTheOrderOfTheirData) {
  const SafetensorsHeader header = parse(kGood, 32);
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(header.tensors[0].dtype, Dtype::f32);
  EXPECT_EQ(header.tensors[1].name, "b");
  EXPECT_EQ(header.tensors[1].end, 32u);
  EXPECT_EQ(header.metadata.at("format"), "pt");
  EXPECT_EQ(header.data_begin, 8 + kGood.size());
}

TEST(SafetensorsHeader, ReadsAFileWithoutTensors) {
  EXPECT_TRUE(parse("{}", 0).tensors.empty());
  EXPECT_TRUE(parse("{}      ", 0).tensors.empty());
}

TEST(SafetensorsHeader, WritesWhatItReads) {
  const SafetensorsHeader header = parse(kGood, 32);
  std::string bytes = format_safetensors_header(header.tensors, header.metadata);
  EXPECT_EQ(bytes.size() % 8, 0u);
  bytes += std::string(32, '\2');
  const SafetensorsHeader again = parse_safetensors_header(bytes, "y");
  ASSERT_EQ(again.tensors.size(), header.tensors.size());
  for (std::size_t i = 0; i < header.tensors.size(); ++i) {
    EXPECT_EQ(again.tensors[i].name, header.tensors[i].name);
    EXPECT_EQ(again.tensors[i].shape, header.tensors[i].shape);
    EXPECT_EQ(again.tensors[i].begin, header.tensors[i].begin);
  }
  EXPECT_EQ(again.metadata, header.metadata);
  EXPECT_TRUE(parse_safetensors_header(format_safetensors_header({}, {}), "z").tensors.empty());
}

TEST(SafetensorsHeader, RefusesLengthsThatLie) {
  const auto parse_bytes = [](const std::string& bytes) {
    return [bytes] { parse_safetensors_header(bytes, "x.safetensors"); };
  };
  expect_error({"x.safetensors", "at least 8 bytes", "got 0"}, parse_bytes(""));
  expect_error({"x.safetensors", "got 7"}, parse_bytes("1234567"));
  expect_error({"100000000"}, parse_bytes(std::string(8, '\xff')));
  expect_error({"truncated"}, parse_bytes(file_with(kGood, 32).substr(0, 100)));
  expect_error({"begins with '{'"}, parse_bytes(std::string(8, '\0')));
  expect_error({"begins with '{'"}, parse_bytes(file_with(" {}", 0)));
}

TEST(SafetensorsHeader, RefusesDataThatIsNotTheShapes) {
  expect_error({"tensor 'b'", "within 31 bytes", "32"}, [] { parse(kGood, 31); });
  expect_error({"expected 32 bytes of data but got 33"}, [] { parse(kGood, 33); });
  const auto one = [](const std::string& shape, const std::string& offsets,
                      const std::string& dtype = "F32") {
    return R"({"t":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
           offsets + "}}";
  };
  expect_error({"tensor 't'", "expected 12 bytes", "got 8"},
               [&] { parse(one("[3]", "[0,8]"), 8); });
  expect_error({"begin <= end"}, [&] { parse(one("[3]", "[8,4]"), 8); });
  expect_error({"[begin, end]"}, [&] { parse(one("[3]", "[8]"), 8); });
  expect_error({"whole numbers"}, [&] { parse(one("[-3]", "[0,8]"), 8); });
  expect_error({"whole numbers"}, [&] { parse(one("[1.5]", "[0,8]"), 8); });
  expect_error({"whole numbers"}, [&] { parse(one("[18446744073709551615]", "[0,8]"), 8); });
  expect_error({"2^63"}, [&] { parse(one("[4611686018427387904,4]", "[0,0]"), 0); });
  expect_error({"2^63"}, [&] { parse(one("[4611686018427387904,4,0]", "[0,0]"), 0); });
  expect_error({"F4_WEIRD"}, [&] { parse(one("[2]", "[0,8]", "F4_WEIRD"), 8); });
  // PyTorch's alone.
  expect_error({"C32"}, [&] { parse(one("[2]", "[0,8]", "C32"), 8); });
  expect_error({"tensor 'x'", "C128"}, [] {
    format_safetensors_header({{"x", Dtype::c128, {1}, 0, 16}}, {});
  });
  expect_error({"array"}, [&] { parse(one("7", "[0,8]"), 8); });
}

TEST(SafetensorsHeader, RefusesOverlapsAndHoles) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"p":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
           R"(},"q":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
  };
  EXPECT_EQ(parse(two("[4,8]", "[0,4]"), 8).tensors.front().name, "q");
  expect_error({"tensor 'q'", "overlap"}, [&] { parse(two("[0,4]", "[2,6]"), 6); });
  expect_error({"tensor 'q'", "hole"}, [&] { parse(two("[0,4]", "[5,9]"), 9); });
  expect_error({"tensor 'p'", "hole"}, [&] { parse(two("[1,5]", "[5,9]"), 9); });
  expect_error({"overlap"}, [&] { parse(two("[0,4]", "[0,4]"), 4); });
}

TEST(SafetensorsHeader, RefusesOddJson) {
  expect_error({"'a' twice"}, [] { parse(R"({"a":{},"a":{}})", 0); });
  expect_error({"'dtype' twice"}, [] { parse(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0); });
  expect_error({"levels"}, [] { parse(R"({"a":{"shape":[[1]]}})", 0); });
  expect_error({"levels"}, [] { parse("{\"a\":" + std::string(1'000'000, '['), 0); });
  expect_error({"JSON"}, [] { parse("{\"a\":", 0); });
  expect_error({"JSON"}, [] { parse("{\"\xff\":{}}", 0); });
  expect_error({"tensor 'a'", "'dtype'", "missing"},
               [] { parse(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1); });
  expect_error({"'color'"}, [] { parse(R"({"a":{"color":1}})", 0); });
  expect_error({"tensor 'a'", "object"}, [] { parse(R"({"a":3})", 0); });
  expect_error({"__metadata__", "format"}, [] { parse(R"({"__metadata__":{"format":1}})", 0); });
}

// Whatever bytes are damaged: either an error, or entries that lie within the file and do not
// overlap.
TEST(SafetensorsHeader, SurvivesRandomDamage) {
  const std::string good = file_with(kGood, 32);
  constexpr std::uint64_t kRounds = 6000;
  int refused = 0;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    std::string bytes = good;
    const std::uint64_t changes = 1 + base::uniform_below(round, 0, 4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      const std::size_t at = base::uniform_below(round, 3 * i + 1, bytes.size());
      // Half of the changes put one character of the header's own alphabet there, which JSON
      // survives more often.
      const std::uint64_t choice = base::uniform_below(round, 3 * i + 2, 512);
      bytes[at] = choice < 256 ? static_cast<char>(choice) : kGood[choice % kGood.size()];
    }
    if (round % 8 == 0) bytes.resize(base::uniform_below(round, 99, bytes.size() + 1));
    try {
      const SafetensorsHeader header = parse_safetensors_header(bytes, "damaged");
      std::size_t reached = header.data_begin;
      for (const TensorEntry& entry : header.tensors) {
        ASSERT_EQ(header.data_begin + entry.begin, reached);
        reached = header.data_begin + entry.end;
      }
      ASSERT_EQ(reached, bytes.size());
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(kRounds / 2));
}

}  // namespace
}  // namespace roformer::format
