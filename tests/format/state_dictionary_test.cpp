#include "roformer/format/state_dictionary.h"

#include <gtest/gtest.h>

#include "roformer/format/pickle_reader.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/format/pickle_text.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;

TEST(StateDictionary, FindsTheOneThatHoldsTensors) {
  const std::string tensor = pickle_of({}).substr(2, pickle_of({}).size() - 3);  // {"x": tensor}
  const auto find = [&](const std::string& body) {
    const Pickle pickle = read_pickle("\x80\x02" + body + ".", "x.bin");
    return find_state_dictionary(pickle, "x.bin");
  };
  EXPECT_EQ(find(tensor).inside, "");
  EXPECT_EQ(find("}").tensors.size(), 0u);
  const auto inner = find("}" + short_text("epoch") + "K\x03s" + short_text("net") + tensor + "s");
  EXPECT_EQ(inner.inside, "net");
  EXPECT_TRUE(inner.tensors.contains("x"));
  const auto usual =
      find("}" + short_text("optimizer") + tensor + "s" + short_text("state_dict") + tensor + "s");
  EXPECT_EQ(usual.inside, "state_dict");
  EXPECT_EQ(find(tensor + short_text("step") + "K\x01s").others, std::vector<std::string>{"step"});
  EXPECT_EQ(find(tensor + short_text("x") + "K\x01s").tensors.size(), 0u);  // the last one counts
  for (const std::string& body : std::vector<std::string>{
           "K\x01"s, "]"s, "N"s, "}" + short_text("a") + "}s",
           "}" + short_text("a") + tensor + "s" + short_text("b") + tensor + "s"}) {
    expect_error({"x.bin"}, [&] { find(body); });
  }
  expect_error({"x.bin"}, [&] { find("}q\0" + short_text("model") + "h\0s"s); });
}

TEST(StateDictionary, GoesFourDictionariesDeepAtMost) {
  const std::string tensor = pickle_of({}).substr(2, pickle_of({}).size() - 3);
  std::string body = tensor;
  for (int level = 1; level <= 4; ++level) {
    body = "}" + short_text("model") + body + "s";
    const Pickle pickle = read_pickle("\x80\x02" + body + ".", "x.bin");
    if (level < 4) {
      const std::string inside = find_state_dictionary(pickle, "x.bin").inside;
      EXPECT_EQ(std::count(inside.begin(), inside.end(), '.'), level - 1) << inside;
    } else {
      expect_error({"x.bin", "4 dictionaries"}, [&] { find_state_dictionary(pickle, "x.bin"); });
    }
  }
}

}  // namespace
}  // namespace roformer::format
