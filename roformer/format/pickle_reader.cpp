#include "roformer/format/pickle_reader.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_rebuild.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

// A state dictionary takes some twenty steps a tensor. A step makes at most one value.
constexpr std::size_t kMaxSteps = 4'000'000;
constexpr std::size_t kMaxPickleBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxCopiedItems = 16'000'000;
constexpr int kNewestProtocol = 5;

// Values that need no copies.
constexpr PickleId kNone = 0;
constexpr PickleId kTrue = 1;
constexpr PickleId kFalse = 2;

// What the opcodes that we refuse would do.
constexpr std::pair<std::string_view, const char*> kRefused[] = {
    {"i", "make an object of a class (INST)"},
    {"o", "make an object of a class (OBJ)"},
    {"\x81", "make an object of a class (NEWOBJ)"},
    {"\x92", "make an object of a class (NEWOBJ_EX)"},
    {"\x82\x83\x84", "use an extension code (EXT)"},
    {"P", "use a persistent id in text form (PERSID)"},
    {"\x8f\x90\x91", "make a set"},
    {"\x96\x97\x98", "use a buffer outside the file"},
    {"ILFSVgp", "use pickle protocol 0"}};

class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, std::string_view name)
      : cursor_(bytes.substr(0, kMaxPickleBytes), name) {
    pickle_.values = {PickleNone{}, true, false};
  }

  Pickle run() {
    for (std::size_t step = 0; step < kMaxSteps; ++step) {
      const auto code = static_cast<unsigned char>(cursor_.number(1));
      if (code == '.') return finish();
      step_on(code);
    }
    base::fail("[format] {}: expected a pickle of at most {} steps but got more", name(),
               kMaxSteps);
  }

 private:
  const std::string& name() const { return cursor_.name(); }

  Pickle finish() {
    pickle_.root = pop();
    pickle_.size = cursor_.position();
    return std::move(pickle_);
  }

  [[noreturn]] void refuse(unsigned char code) {
    const std::size_t at = cursor_.position() - 1;
    if (code == 'i') {  // names the class
      const std::string_view module = cursor_.line();
      find_pickle_symbol(module, cursor_.line(), name());
    }
    const auto refused =
        std::find_if(std::begin(kRefused), std::end(kRefused), [&](const auto& operation) {
          return operation.first.find(static_cast<char>(code)) != std::string_view::npos;
        });
    base::require(refused != std::end(kRefused),
                  "[format] {}: expected a pickle's opcode at byte {} but got {}", name(), at,
                  static_cast<int>(code));
    base::fail(
        "[format] {}: expected tensors and containers only but the pickle would {}; refused, "
        "and nothing of the file was run",
        name(), refused->second);
  }

  // --- the stack ---

  PickleId add(PickleValue value) {
    pickle_.values.push_back(std::move(value));
    return static_cast<PickleId>(pickle_.values.size() - 1);
  }
  void push(PickleId id) { stack_.push_back(id); }
  void push_value(PickleValue value) { push(add(std::move(value))); }

  // The values above the last mark are all that an operation may take.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleId top() const {
    base::require(stack_.size() > floor(),
                  "[format] {}: expected a value on the pickle's stack at byte {} but got none",
                  name(), cursor_.position());
    return stack_.back();
  }
  PickleId pop() {
    const PickleId id = top();
    stack_.pop_back();
    return id;
  }
  std::vector<PickleId> pop_to_mark() {
    base::require(!marks_.empty(),
                  "[format] {}: expected a mark on the pickle's stack at byte {} but got none",
                  name(), cursor_.position());
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleId> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<PickleId> pop_items(std::size_t count) {
    std::vector<PickleId> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  // --- values ---

  std::string text(std::size_t length_bytes) {
    return std::string(cursor_.take(cursor_.number(length_bytes)));
  }

  void push_long(std::uint64_t size) {
    const std::string_view bytes = cursor_.take(size);
    if (bytes.size() > sizeof(std::int64_t)) {
      push_value(PickleWideInteger{std::string(bytes)});
      return;
    }
    const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    push_value(static_cast<std::int64_t>(value));
  }

  void push_float() {
    const std::string_view bytes = cursor_.take(sizeof(double));
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    push_value(std::bit_cast<double>(value));
  }

  void step_on(unsigned char code) {
    switch (code) {
      case 'N':
        return push(kNone);
      case 0x88:
        return push(kTrue);
      case 0x89:
        return push(kFalse);
      case 'K':
        return push_value(static_cast<std::int64_t>(cursor_.number(1)));
      case 'M':
        return push_value(static_cast<std::int64_t>(cursor_.number(2)));
      case 'J':
        return push_value(std::int64_t{static_cast<std::int32_t>(cursor_.number(4))});
      case 0x8a:
        return push_long(cursor_.number(1));
      case 0x8b:
        return push_long(cursor_.number(4));
      case 'G':
        return push_float();
      case 'U':
      case 0x8c:
        return push_value(text(1));
      case 'T':
      case 'X':
        return push_value(text(4));
      case 0x8d:
        return push_value(text(8));
      case 'C':
        return push_value(PickleBytes{text(1)});
      case 'B':
        return push_value(PickleBytes{text(4)});
      case 0x8e:
        return push_value(PickleBytes{text(8)});
      default:
        build(code);
    }
  }

  // --- containers ---

  void build(unsigned char code) {
    switch (code) {
      case ']':
        return push_value(PickleList{});
      case '}':
        return push_value(PickleDictionary{});
      case ')':
        return push_value(PickleTuple{});
      case 't':
        return push_value(PickleTuple{pop_to_mark()});
      case 0x85:
        return push_value(PickleTuple{pop_items(1)});
      case 0x86:
        return push_value(PickleTuple{pop_items(2)});
      case 0x87:
        return push_value(PickleTuple{pop_items(3)});
      case 'l':
        return push_value(PickleList{pop_to_mark()});
      case 'd': {
        const auto items = pop_to_mark();
        push_value(PickleDictionary{});
        return set_items(items);
      }
      case 'a':
        return append_items(pop_items(1));
      case 'e':
        return append_items(pop_to_mark());
      case 's':
        return set_items(pop_items(2));
      case 'u':
        return set_items(pop_to_mark());
      default:
        arrange(code);
    }
  }

  void append_items(const std::vector<PickleId>& items) {
    auto* list = std::get_if<PickleList>(&pickle_.values[top()]);
    base::require(list != nullptr,
                  "[format] {}: expected a list to append to at byte {} but got another type",
                  name(), cursor_.position());
    list->items.insert(list->items.end(), items.begin(), items.end());
  }

  void set_items(const std::vector<PickleId>& items) {
    auto* dictionary = std::get_if<PickleDictionary>(&pickle_.values[top()]);
    base::require(dictionary != nullptr && items.size() % 2 == 0,
                  "[format] {}: expected a dictionary and pairs at byte {} but got something "
                  "else",
                  name(), cursor_.position());
    for (std::size_t i = 0; i < items.size(); i += 2)
      dictionary->items.emplace_back(items[i], items[i + 1]);
  }

  // --- stack, memo, protocol ---

  void arrange(unsigned char code) {
    switch (code) {
      case 0x80:
        return check_protocol();
      case 0x95:
        base::require(cursor_.number(8) <= cursor_.remaining(),
                      "[format] {}: expected a frame within the file but it ends before "
                      "(truncated?)",
                      name());
        return;
      case '(':
        return marks_.push_back(stack_.size());
      case '0':
        if (!marks_.empty() && marks_.back() == stack_.size())
          marks_.pop_back();
        else
          pop();
        return;
      case '1':
        pop_to_mark();
        return;
      case '2':
        return push(top());
      case 'q':
        memo_[cursor_.number(1)] = top();
        return;
      case 'r':
        memo_[cursor_.number(4)] = top();
        return;
      case 0x94:
        memo_[memo_.size()] = top();
        return;
      case 'h':
        return push(remembered(cursor_.number(1)));
      case 'j':
        return push(remembered(cursor_.number(4)));
      default:
        call(code);
    }
  }

  void check_protocol() {
    const std::uint64_t protocol = cursor_.number(1);
    base::require(protocol <= kNewestProtocol,
                  "[format] {}: expected a pickle of protocol 2 to {} but got {}", name(),
                  kNewestProtocol, protocol);
  }

  PickleId remembered(std::uint64_t key) const {
    const auto found = memo_.find(key);
    base::require(found != memo_.end(),
                  "[format] {}: expected entry {} of the pickle's memo but there is none", name(),
                  key);
    return found->second;
  }

  // --- names and calls ---

  void call(unsigned char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = cursor_.line();
        return push_value(find_pickle_symbol(module, cursor_.line(), name()));
      }
      case 0x93:
        return read_stack_global();
      case 'R': {
        const PickleId arguments = pop();
        const PickleId function = pop();
        count_copies(arguments);
        return push_value(reduce_call(pickle_, function, arguments, name()));
      }
      case 'Q':
        return push_storage(pop());
      case 'b':
        return drop_state(pop());
      default:
        refuse(code);
    }
  }

  void read_stack_global() {
    const PickleId attribute = pop();
    const PickleId module = pop();
    const auto* module_name = pickle_.get<std::string>(module);
    const auto* attribute_name = pickle_.get<std::string>(attribute);
    base::require(module_name != nullptr && attribute_name != nullptr,
                  "[format] {}: expected two texts as a global's name but got another type",
                  name());
    push_value(find_pickle_symbol(*module_name, *attribute_name, name()));
  }

  // A call may copy a container that the memo hands out again and again.
  void count_copies(PickleId arguments) {
    const auto* tuple = pickle_.get<PickleTuple>(arguments);
    if (tuple == nullptr || tuple->items.empty()) return;
    if (const auto* list = pickle_.get<PickleList>(tuple->items[0])) copied_ += list->items.size();
    if (const auto* inner = pickle_.get<PickleTuple>(tuple->items[0]))
      copied_ += inner->items.size();
    base::require(copied_ <= kMaxCopiedItems,
                  "[format] {}: expected at most {} items in all calls but got more", name(),
                  kMaxCopiedItems);
  }

  // Every mention of a storage is the same storage.
  void push_storage(PickleId id) {
    PickleValue value = resolve_persistent_id(pickle_, id, name());
    const PickleStorage& made = pickle_.storages.back();
    const auto [found, is_new] =
        storages_.try_emplace(made.key, static_cast<std::uint32_t>(pickle_.storages.size() - 1));
    if (is_new) return push_value(std::move(value));
    const PickleStorage& known = pickle_.storages[found->second];
    base::require(known.dtype == made.dtype && known.size == made.size,
                  "[format] {}: expected storage '{}' to have one type and size but got two",
                  name(), printable(made.key));
    pickle_.storages.pop_back();
    push_value(PickleStorageReference{found->second});
  }

  // BUILD: the attributes of an OrderedDict (_metadata of a state dictionary), which say nothing
  // that we need.
  void drop_state(PickleId state) {
    const bool plain = pickle_.get<PickleDictionary>(top()) != nullptr &&
                       pickle_.get<PickleDictionary>(state) != nullptr;
    base::require(plain,
                  "[format] {}: expected tensors and containers only but the pickle would set "
                  "the state of an object (BUILD); refused, and nothing of the file was run",
                  name());
  }

  ByteCursor cursor_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleId> memo_;
  std::unordered_map<std::string, std::uint32_t> storages_;
  std::size_t copied_ = 0;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, std::string_view name) {
  return PickleMachine(bytes, name).run();
}

}  // namespace roformer::format
