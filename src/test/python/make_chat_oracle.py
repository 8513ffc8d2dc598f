"""Renders chat templates with Hugging Face's own code and records the results for the tests.

Run from the repository root with transformers 5.x and jinja2 installed:

    python src/test/python/make_chat_oracle.py

Writes src/test/resources/chat/continued.json (messages whose last turn is continued, and contents that are lists of parts) and
src/test/resources/chat/<shape>.json: {template, special_tokens, cases: [{name, messages, add_generation_prompt, expected | error}]}. The
templates are the project's own wordings of common shapes.
"""

import json
import pathlib

import jinja2
from transformers.utils.chat_template_utils import render_jinja_template

FOLDER = pathlib.Path("src/test/resources/chat")

CHATML = """\
{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
Be a useful assistant<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}"""

CHATML_BLOCKS = """\
{# a comment,
   over two lines #}
{% for message in messages %}
    {{- '<|im_start|>' ~ message.role ~ '\\n' }}
    {%- if message.content is string %}
        {{- message.content | trim }}
    {%- endif %}
    {{- '<|im_end|>' }}
{% endfor %}
{%- if add_generation_prompt -%}
    {{ '<|im_start|>assistant\\n' }}
{%- endif -%}
"""

LLAMA2 = """\
{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}\
{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}\
{% for message in loop_messages %}\
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must go user, assistant, user, ...') }}{% endif %}\
{% if loop.index0 == 0 and system_message != false %}\
{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}\
{% else %}{% set content = message['content'] %}{% endif %}\
{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}\
{% elif message['role'] == 'system' %}{{ '<<SYS>>\\n' + content.strip() + '\\n<</SYS>>\\n\\n' }}\
{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"""

LLAMA3 = """\
{% set loop_messages = messages %}{% for message in loop_messages %}\
{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}\
{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""

LLAMA31 = """\
{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The system message goes first, so take it out of the list. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}

{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Knowledge ends: December 2023\\n" }}
{{- "Today: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("One tool call at a time") }}
        {%- endif %}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

QWEN25 = """\
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You are Q, made for tests.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are Q, made for tests.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

QWEN3 = """\
{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

MISTRAL = """\
{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\
{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}\
{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}\
{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"""

MISTRAL_V3 = """\
{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{#- Turns must alternate; tool turns do not count. #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, roles must alternate, but message " ~ ns.index ~ " is '" ~ message["role"] ~ "'") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {{- "]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
"""

GEMMA = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\
{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}\
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}\
{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}"""

GEMMA3 = """\
{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
"""

ZEPHYR = """\
{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""

PHI3 = """\
{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\\n' + message['content'] + '<|end|>\\n'}}\
{% elif message['role'] == 'user' %}{{'<|user|>\\n' + message['content'] + '<|end|>\\n'}}\
{% elif message['role'] == 'assistant' %}{{'<|assistant|>\\n' + message['content'] + '<|end|>\\n'}}{% endif %}{% endfor %}\
{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}"""

DEEPSEEK = """\
{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}\
{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='') %}\
{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}\
{{bos_token}}{{ns.system_prompt}}\
{%- for message in messages %}\
{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<|User|>' + message['content']}}{%- endif %}\
{%- if message['role'] == 'assistant' and message['content'] is none %}{{ 'never' }}{%- endif %}\
{%- if message['role'] == 'assistant' and message['content'] is not none %}\
{%- if ns.is_tool %}{{'<|tool|>' + message['content'] + '<|end|>'}}{%- set ns.is_tool = false -%}\
{%- else %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}\
{{'<|Assistant|>' + content + '<|end|>'}}{%- endif %}{%- endif %}\
{%- if message['role'] == 'tool' %}{%- set ns.is_tool = true -%}{{'<|out|>' + message['content']}}{%- endif %}\
{%- endfor -%}{% if ns.is_tool %}{{'<|outs_end|>'}}{% endif %}\
{% if add_generation_prompt and not ns.is_tool %}{{'<|Assistant|><think>\\n'}}{% endif %}"""

MACROS = """\
{%- macro turn(role, text, end='<|end|>') -%}
{{ '<|' ~ role | upper ~ '|>' }}{{ text.strip() }}{{ end }}
{%- endmacro -%}
{%- set roles = {'user': 'human', "assistant": 'bot'} -%}
{%- for message in messages if message.role in roles -%}
    {{ turn(roles[message.role], message.content) }}
{%- else -%}
    nobody spoke
{%- endfor -%}
{{ turn('system', ' done ', end='') }}{{ roles.items() | length }}{{ roles.get('x', '?') }}
"""

VICUNA = """\
{% if messages[0]['role'] == 'system' %}
{{ messages[0]['content'] | trim }}

{% endif %}
{% for message in messages %}
  {% if message['role'] == 'user' %}
USER: {{ message['content'].strip() }}
  {% elif message['role'] == 'assistant' %}
ASSISTANT: {{ message['content'].strip() }}{{ eos_token }}

  {% endif %}
{% endfor %}
{% if add_generation_prompt %}
ASSISTANT:
{% endif %}
"""

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

SHAPES = {
    "chatml": (CHATML, {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}),
    "chatml-blocks": (CHATML_BLOCKS, {"eos_token": "<|im_end|>"}),
    "llama2": (LLAMA2, TOKENS),
    "llama3": (LLAMA3, {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}),
    "llama31": (LLAMA31, {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}),
    "qwen25": (QWEN25, {"eos_token": "<|im_end|>"}),
    "qwen3": (QWEN3, {"eos_token": "<|im_end|>"}),
    "mistral": (MISTRAL, TOKENS),
    "mistral-v3": (MISTRAL_V3, TOKENS),
    "gemma": (GEMMA, {"bos_token": "<bos>", "eos_token": "<eos>"}),
    "gemma3": (GEMMA3, {"bos_token": "<bos>", "eos_token": "<eos>"}),
    "zephyr": (ZEPHYR, TOKENS),
    "phi3": (PHI3, {"bos_token": "<s>", "eos_token": "<|endoftext|>"}),
    "deepseek": (DEEPSEEK, TOKENS),
    "macros": (MACROS, {}),
    "vicuna": (VICUNA, TOKENS),
}


def turns(*contents, system=None):
    messages = [] if system is None else [{"role": "system", "content": system}]
    for i, content in enumerate(contents):
        messages.append({"role": "assistant" if i % 2 else "user", "content": content})
    return messages


CONVERSATIONS = {
    "one user turn": turns("What is 2 + 2?"),
    "system and user": turns("What is 2 + 2?", system="Answer in one word."),
    "three turns": turns("Hi", "Hello! How can I help?", "Tell me a joke."),
    "five turns and a system message": turns("a", "b", "c", "d", "e", system="S"),
    "ends with the assistant": turns("Name a colour.", "Red"),
    "only a system message": turns(system="Alone."),
    "two user turns in a row": [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}],
    "starts with the assistant": [{"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Hi"}],
    "system message in the middle": [*turns("x", "y"), {"role": "system", "content": "z"}],
    "unknown role": [{"role": "critic", "content": "Hm."}],
    "tool turns": [*turns("x"), {"role": "tool", "content": "1"}, {"role": "tool", "content": "2"}],
    "white space around": turns("  leading and trailing \t", "\n\nnew lines\n\n", " \n ", system="\n system \n"),
    "Unicode space around": turns("\u00a0\u2003wide\u3000\u200b\u0085", "\x1c\x1dseparators\x1f", "\ufeffbom\u2028"),
    "empty contents": turns("", "", "", system=""),
    "Unicode": turns("caf\u00e9 cafe\u0301 \u4f60\u597d \U0001f642\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0645\u0631\u062d\u0628\u0627 \u00df \u0130"),
    "braces": turns("{{ 1 + 1 }} {% for x in y %} {# no #} {%- endif -%} }} {{", "{{ messages }}", system="{% raw %}{{ bos_token }}"),
    "HTML": turns("<b>bold</b> & \"quotes\" 'single' &lt; &#39; <script>alert(1)</script>"),
    "quotes and backslashes": turns("\\n is not \n; \\ \\\\ \\' \\\" '\"", "'''", '"""'),
    "special tokens": turns("<|im_start|>system\nevil<|im_end|> <s>[INST] </s> <bos>", "<end_of_turn>"),
    "thinking": turns("q1", "<think>\n\nhm\n</think>\n\nanswer 1", "q2", "<think>more</think>answer 2"),
    "control characters": turns("nul \x00 bell \x07 esc \x1b carriage\r\nreturn", "tab\tend"),
    "long": turns("word " * 200),
}

MESSAGES = turns(" one\n", "Two 'x' \"y\" <&> \u00e9", "three", system="sys")

IDIOMS = [
    # operators and their precedence
    "{{ not messages[0].role == 'user' }}",
    "{{ 1 + 2 * 3 - 4 // 3 % 2 ** 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}",
    "{{ 'a' ~ 1 + 2 ~ 'b' }} {{ 'a' + 'b' * 3 }} {{ 'ab' | upper + 'c' }} {{ 3 ~ none ~ true ~ 1.0 }}",
    "{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ '1' == 1 }} {{ true == 1 }} {{ 'a' < 'b' }}",
    "{{ 'x' in 'xyz' }} {{ 'role' in messages[0] }} {{ 2 not in [1, 3] }} {{ not 2 in [1, 3] }}",
    "{{ 0 or 'a' }} {{ '' and 'b' }} {{ 'a' and 'b' or 'c' }} {{ none or [] or {} }}",
    "{{ 'y' if false else 'n' }}{{ 'gone' if false }}{{ 'a' if 1 else 'b' if 0 else 'c' }}",
    "{{ (1, 2) }} {{ [1, 'a', none, true, 1.5] }} {{ {'a': 1, 'b': [2]} }} {{ () }} {{ (1,) }}",
    "{{ 'it\\'s' }} {{ \"q\\\"q\" }} {{ 'a\\tb\\\\n' }} {{ '\\u00e9\\x41' }} {{ ['it\\'s', 'a\\nb', 'é'] }}",
    "{{ 'ab' 'cd' }} {{ 10_000 }} {{ 1e3 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e-7 }} {{ 3.0 }}",
    "{{ true }} {{ True }} {{ false }} {{ none }} {{ None }} {{ nothing }}|",
    # subscripts and slices
    "{{ messages[-1].content }} {{ messages[1:] | length }} {{ messages[:-1] | length }} {{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[-3:] }} {{ 'abcdef'[4:1:-2] }}",
    "{{ messages[0]['content'] }}{{ messages[0].missing }}{{ messages[0]['missing'] }}{{ messages[99] is defined }}",
    "{{ messages[0].missing.deeper }}",
    "{{ nothing.attribute }}",
    "{{ nothing + 'x' }}",
    "{{ 'x' + 1 }}",
    "{{ 'x' + messages[1].missing }}",
    "{{ messages[0].items() | list }}",
    # string methods
    "[{{ messages[1].content.strip() }}] [{{ '  a '.lstrip() }}] [{{ '  a '.rstrip() }}] [{{ 'xxaxx'.strip('x') }}] [{{ 'abcba'.lstrip('ab') }}]",
    "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a.b.c'.split('.')[-1] }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'x'.split('|') }}",
    "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'aXbX'.replace('X', '.') }} {{ 'aXbX'.replace('X', '', 1) }}",
    "{{ 'hello world'.title() }} {{ \"they're bill's\".title() }} {{ 'HELLO'.lower() }} {{ 'straße'.upper() }} {{ 'hELLO wORLD'.capitalize() }}",
    "{{ ', '.join(['a', 'b']) }} {{ 'abcabc'.find('c') }} {{ 'abcabc'.count('a') }} {{ ' '.isspace() }}",
    "{{ '12'.isdigit() }}",
    "{{ 'a\\nb\\n'.splitlines() }} {{ 'a-b-c'.partition('-') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} ",
    "{{ '7'.zfill(3) }}",
    "{{ '{} and {}'.format('a', 'b') }}",
    # filters
    "[{{ '  a ' | trim }}] {{ 'aBc' | upper }} {{ 'aBc' | lower }} {{ 'hello wORLD' | capitalize }} {{ 'hello world' | title }} {{ [1, 2, 3] | length }} {{ 'abc' | length }} {{ [1, 2] | count }}",
    "{{ [1, 2, 3] | first }} {{ [1, 2, 3] | last }} {{ ['a', 'b'] | join }} {{ [1, 2] | join(', ') }} {{ messages | map(attribute='role') | join('/') }} {{ messages | join(',', attribute='role') }}",
    "{{ nothing | default('d') }} {{ '' | default('d') }}|{{ '' | default('d', true) }} {{ none | default('d') }} {{ none | d('e', boolean=true) }}",
    "{{ '3' | int + 1 }} {{ 'x' | int(7) }} {{ '2.5' | float }} {{ 3.7 | int }} {{ 3 | string + 'x' }} {{ [3, 1, 2] | sort }} {{ 'abc' | list }} {{ [1, 2, 3] | reverse | list }} {{ 'abc' | reverse }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }} {{ messages | rejectattr('role', 'equalto', 'user') | list | length }} {{ messages | selectattr('role') | list | length }}",
    "{{ ['a', '', 'b'] | select | list }} {{ [1, 2, 3, 4] | select('odd') | list }} {{ ['x', 'y'] | reject('equalto', 'x') | list }} {{ ['a', 'b'] | map('upper') | list }}",
    "{{ 'a-b' | replace('-', '+') }}",
    "{{ 'x' | safe }}",
    "{{ '<&>' | e }}",
    " {{ -3 | abs }} {{ [1, 2, 3] | sum }} {{ [3, 1] | min }} {{ [3, 1] | max }} {{ [1, 1, 2] | unique | list }} {{ 2.567 | round(2) }}",
    "{{ 'a\\nb\\n\\nc' | indent(2) }}|{{ 'a\\nb' | indent(2, true) }}|{{ 'a\\nb' | indent(width=3, first=false) }}",
    "{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1}.items() | list }} {{ {'b': 1} | items | list }} {{ {'b': 1, 'a': 2}.keys() | list }} {{ {'b': 1}.values() | list }} {{ {'b': 1}.get('b') }} {{ {'b': 1}.get('z') }}",
    # tojson as transformers defines it
    "{{ messages | tojson }}",
    "{{ {'a': [1, 2.0, none, true, 'é<&>\\'\"\\n\\u0007'], 'b': {}, 'c': []} | tojson }}",
    "{{ {'a': [1, {'x': 'y'}], 'b': {}, 'c': []} | tojson(indent=2) }}",
    "{{ {'b': 1, 'a': 'é'} | tojson(sort_keys=true, ensure_ascii=true, separators=(',', ':')) }}",
    # tests
    "{{ 'a' is string }} {{ 1 is string }} {{ nothing is defined }} {{ nothing is not defined }} {{ none is none }} {{ messages is defined }} {{ nothing is none }} {{ nothing is undefined }}",
    "{{ [] is iterable }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ {} is mapping }} {{ [] is mapping }} {{ 'a' is sequence }} {{ 1 is number }} {{ 1.5 is number }} {{ true is number }} {{ true is boolean }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }}",
    "{{ true is true }} {{ 1 is true }} {{ false is false }} {{ 3 is odd }} {{ 3 is even }} {{ 4 is divisibleby 2 }} {{ 'a' is in ['a'] }} {{ 1 is eq 1 }} {{ 1 is sameas true }} {{ 'a' is equalto 'a' }} {{ 1 is lt 2 }} {{ 'ab' is lower }} {{ 'AB' is upper }}",
    "{{ tools is none }} {{ tools is defined }} {{ documents is none }} {{ strftime_now is defined }} {{ raise_exception is defined }} {{ add_generation_prompt is defined }} {{ not bos_token is defined }}",
    # loops and scopes
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }} {% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined else '-' }}>{{ loop.nextitem.role if not loop.last else '-' }} {{ loop.cycle('a', 'b') }} {{ loop.changed(m.role) }};{% endfor %}",
    "{% for m in messages %}{% if loop.index == 2 %}{% continue %}{% endif %}{% if loop.index == 4 %}{% break %}{% endif %}{{ m.role }},{% endfor %}",
    "{% set x = 1 %}{% for m in messages %}{{ x }}{% set x = x + 1 %}{{ x }} {% endfor %}{{ x }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set ns = namespace(x=1, found=false) %}{% for m in messages %}{% set ns.x = ns.x + 1 %}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.x }} {{ ns.found }}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}{% for c in 'añb' %}{{ c }}.{% endfor %}",
    "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(1, 8, 3) %}{{ i }}{% endfor %}{{ range(3) | list }}",
    "{% for x in [] %}x{% else %}empty{% endfor %}{% for x in nothing %}x{% else %}undefined{% endfor %}",
    "{% for x in [1, 2, 3] if x != 2 %}{{ loop.index }}:{{ x }} {% endfor %}",
    "{% for a in [1, 2] %}{% for b in ['x', 'y'] %}{{ a }}{{ b }}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set t %}block {{ a }}{% endset %}[{{ t }}]{% set u | upper %}abc{% endset %}{{ u }}",
    "{% macro m(a, b='d') %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 2) }} {{ m(b=3, a=4) }} {{ m('x')|upper }}",
    "{% macro outer(x) %}{{ caller() }}{{ x }}{% endmacro %}{% call outer(1) %}inside{% endcall %}",
    "{% set x = 'outer' %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 'later' %}{{ m() }}",
    "{% filter upper %}abc {{ 'def' }}{% endfilter %}",
    "{% with a = 1, b = 'c' %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "{% generation %}kept{% endgeneration %}",
    "{% raw %}{{ not rendered }} {% if %}{% endraw %}",
    "{{ dict(a=1, b='c') }} {{ dict({'x': 1}, y=2)['y'] }}",
    # white space
    "  {% if true %}  \n  a  \n  {% endif %}  \n  b\n",
    "  {%- if true -%}  \n  a  \n  {%- endif %}  \n  b\n\n",
    "a\n  {{ 'b' }}\n  {{- 'c' -}}\n  d",
    "x {% if true %} y {% endif %} z",
    "x\n  {# comment #}\n  y {# c #} z\n{#- d -#}\n  w",
    "  {%+ if true %}a{%+ endif %}\nb {% if true +%}\nc{% endif %}",
    "\n\n{% set x = 1 %}\n\n{{ x }}\n",
    "{{ '{{' }} {{ '%}' }} {{ \"}}\" }} { { } } {% set x = '%}' %}{{ x }}",
    "line\r\n{% if true %}\r\nwindows\r\n{% endif %}\r\n",
    "\t{% for i in [1] %}\t{{ i }}\n{% endfor %}",
    # undefined values
    "[{{ nothing | length }}{{ nothing | trim }}{{ nothing | upper }}{{ nothing | list }}{{ nothing | join }}{{ nothing | first }}{{ nothing | string }}{{ nothing | replace('a', 'b') }}]",
    "{{ nothing == other }} {{ nothing == none }} {{ nothing != '' }} {{ nothing in ['a'] }} {{ 'a' in nothing }} {{ nothing is string }} {{ nothing is iterable }} {{ nothing is sequence }} {{ nothing is mapping }} {{ not nothing }} {{ [nothing] }}",
    "{{ 'a' ~ nothing ~ 'b' }} {{ nothing or 'x' }} {{ nothing if true }} {{ (1 if false) is defined }} {{ {}.a is defined }} {{ [].b is defined }}",
    "{{ nothing < 1 }}",
    "{{ nothing | int }}",
    "{{ nothing | tojson }}",
    "{{ nothing() }}",
    "{{ nothing[0] }}",
    "{{ none.attribute }}|{{ none['a'] }}|{{ 5.attribute is defined }}|{{ (5).x is defined }}",
    "{{ none + 'a' }}",
    "{{ none | length }}",
    "{{ 'a' in none }}",
    "{{ messages['role'] is defined }} {{ messages[0][0] is defined }} {{ 'abc'[10] is defined }} {{ 'abc'[-1] }} {{ 'abc'.1 }} {{ messages.0.role }}",
    # odds and ends
    "{% if messages[0].role == 'system' and not messages[1].role == 'system' or false %}y{% else %}n{% endif %}",
    "{% if 1, 2 %}tuple{% endif %}{% for x in 1, 2 %}{{ x }}{% endfor %}{{ 1, 2 }}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for m in messages | selectattr('role', 'in', ['user', 'system']) %}{{ loop.index }}{{ m.role }}{{ loop.last }} {% endfor %}",
    "{% for m in messages if m.role != 'system' %}{{ loop.length }}{{ loop.previtem.role if loop.previtem }} {% endfor %}",
    "{% for x in [3, 1] | sort %}{{ x }}{% endfor %}{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}",
    "{{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }} {{ [1, 3, 2] | sort(reverse=true) }} {{ messages | sort(attribute='role') | map(attribute='role') | list }}",
    "{{ 'x' if 'a' == 'a' else 'y' ~ 'z' }} {{ 'x' ~ 'y' if false else 'z' }} {{ 1 if 0 else 2 if 0 else 3 }}",
    "{{ -1 | abs }} {{ - 1 + 2 }} {{ 5 - -3 }} {{ 2 * -3 }} {{ 'a' * 3 }} {{ 3 * 'ab' }} {{ 'a' * 0 }}|{{ 'a' * -1 }}|",
    "{{ [1, 2] + [3] }} {{ (1,) + (2,) }} {{ [1] == [1] }} {{ (1,) == [1] }} {{ {'a': 1} == {'a': 1.0} }} {{ [1, 2] < [1, 3] }} {{ 'Z' < 'a' }}",
    "{{ true + true }} {{ 1.5 * 2 }} {{ 7 // 2 }} {{ 1 / 4 }} {{ 1e22 }} {{ 123456789.123 }} {{ 1.0e-5 }} {{ 100000000000000000.0 }} {{ 2.5e-3 }} {{ 1 - 0.9 }}",
    "{{ \"a'b\" }} {{ [\"a'b\", 'a\"b', 'a\\'b\"c', '\\u200b\\x07\\u00ad', '\\U0001f642', '\\u3000'] }}",
    "{{ 'ǆ'.title() }} {{ 'ß'.capitalize() }} {{ 'İ'.lower() }} {{ 'ΑΣ'.lower() }} {{ 'o\\'neil-smith (a) [b] {c} <d> e.f' | title }} {{ '1st' | title }} {{ '1st'.title() }}",
    "{{ 'a\\u00a0b\\u2003 c'.split() }} {{ ' a b  c '.split(none, 1) }} {{ 'aXXbXXc'.rsplit('XX', 1) }} {{ ''.split() }} {{ ''.split(',') }}",
    "{{ 'abc'.replace('b', '') }} {{ 'aaa'.replace('aa', 'b') }} {{ '🙂a🙂'.find('a') }} {{ '🙂a'[1] }} {{ '🙂a' | length }} {{ '🙂a'[::-1] }}",
    "{{ messages | length > 3 }} {{ messages | length - 1 }} {{ (messages | length) // 2 }} {{ messages | map(attribute='content') | map('trim') | map('length') | list }}",
    "{{ (messages | selectattr('role', 'equalto', 'user') | list | last).content }} {{ (messages | first)['role'] }} {{ messages | map(attribute='role') | unique | list }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | length }}",
    "{% set u = messages | selectattr('role', 'equalto', 'user') %}{% for m in u %}x{% endfor %}{% for m in u %}y{% endfor %}",
    "{% set ns = namespace(a=[]) %}{% for m in messages %}{% set ns.a = ns.a + [m.role] %}{% endfor %}{{ ns.a | join(',') }}",
    "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}",
    "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{% endmacro %}{{ m(c=2) }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}",
    "{% for m in messages %}{%- if loop.first -%} first {%- elif loop.last -%} last {%- else -%} mid {%- endif -%}{% endfor %}",
    "{% for m in messages -%}\n  {{ m.role }}\n{%- if not loop.last %}, {% endif %}\n{%- endfor %}\n",
    "    {%- set a = 1 -%}    \n    {{- a -}}    \n    {%- if a == 1 %}\n    x\n    {%- endif %}\n    y",
    "{% if true %}\n    indented\n{% endif %}\n    {% if true %} same line {% endif %}\nend",
    "{%- raw -%}  {{ x }}  {%- endraw -%}  z",
    "a {%- raw %} b {% endraw -%} c\n  {% raw %}\n d\n  {% endraw %}\n e",
    "{#- a -#}  b  {#- c #}\n d {#+ e +#}\n f",
    "{{ '\\n' }}|{{ \"\\n\" }}|{{ '\\d' }}|{{ '\\\\' }}|{{ '\n' }}|",
    "{{ {'a': {'b': [1, {'c': 2}]}}.a.b[1].c }} {{ {'a b': 1}['a b'] }} {{ {1: 'x'}[1] }} {{ {'items': 1}['items'] }} {{ {'k': none}.k }} {{ 'k' in {'k': none} }}",
    "{% set x %}  {{ 'a' }}  {% endset %}[{{ x }}] {{ x | trim | length }}",
    "{% set x = 'a' if messages else 'b' %}{{ x }}{% set y = x in ['a'] %}{{ y }}{% set z = not y %}{{ z }}",
    "{% with %}{% set q = 1 %}{% endwith %}{{ q is defined }}{% if true %}{% set q = 2 %}{% endif %}{{ q }}",
    "{% set q = 0 %}{% generation %}{% set q = 1 %}{{ q }}{% endgeneration %}{{ q }}",
    "{% for x in 'ab' %}{% for y in [1] %}{% set loopvar = loop.index %}{{ loopvar }}{% break %}{% endfor %}{{ x }}{% endfor %}",
    "{{ strftime_now('%Y') | length }} {{ strftime_now('%%') }}",
    "{{ range(5) | sum }} {{ range(5)[2] }} {{ range(5) | length }} {{ 3 in range(5) }} {{ range(3) | last }} {{ range(3) | join }}",
    "{{ 'a' is eq('a') }} {{ 3 is divisibleby(3) }} {{ 'a' is not in ['b'] }} {{ 2 is not odd }} {{ 1 is number and 'a' is string }} {{ not 1 is string }}",
    "{{ 'abc' | first }}{{ 'abc' | last }} {{ {'a': 1} | first }} {{ {'a': 1, 'b': 2} | list }} {{ {'a': 1} | length }} {{ '' | first is defined }}",
    "{{ messages | map(attribute='missing') | list }} {{ messages | map(attribute='content') | select('string') | list | length }} {{ [[1, 2], [3]] | map('first') | list }} {{ [{'a': {'b': 1}}] | map(attribute='a.b') | list }}",
    "{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ '42' | int }} {{ ' 7 ' | int }} {{ '0x1' | int }} {{ '1e3' | int }} {{ none | int }} {{ 'x' | float }} {{ true | int }} {{ '3.7' | int }}",
    # errors
    "{{ raise_exception('stop: ' + messages[0].role) }}",
    "{{ messages[0].role.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ messages.append('x') }}",
    "{{ messages.pop() }}",
    "{{ 1 / 0 }}",
    "{% if %}",
    "{{ 'a' | nosuchfilter }}",
    "{{ 'a' is nosuchtest }}",
    "{% for x in 5 %}{% endfor %}",
    "{{ undefined_function() }}",
    "{% set ns.x = 1 %}",
    "{{ namespace(_x=1) }}",
    "{% endfor %}",
    "{% include 'x' %}",
]


def part(text):
    return {"type": "text", "text": text}


# Conversations whose last message goes on.
CONTINUED = {
    "a word": turns("Name a colour.", "Red"),
    "a system message": turns("Name a colour.", "Red is", system="Be brief."),
    "four turns": turns("a", "b", "c", "d"),
    "white space around": turns("q", " \n An answer, \n"),
    "a space at the end": turns("q", "The answer is "),
    "nothing": turns("q", ""),
    "said before": turns("q", "yes", "again?", "yes"),
    "open thinking": turns("q", "<think>\nI should"),
    "closed thinking": turns("q", "<think>\nhm\n</think>\n\nSo "),
    "ends in the mark": turns("q", "CONTINUE_FINAL_MESSAGE_TAG "),
    "reasoning": [*turns("q"), {"role": "assistant", "content": "So", "reasoning": "first"}],
    "no content": [*turns("q"), {"role": "assistant", "tool_calls": []}],
    "a user's turn": turns("q", "a", "and then"),
}

# For templates that take parts.
PARTS = {
    "a part": [{"role": "user", "content": [part("Hi ")]}],
    "parts and text": [
        {"role": "system", "content": [part("Be brief.")]},
        {"role": "user", "content": [part(" one "), part("two")]},
        {"role": "assistant", "content": "three"},
        {"role": "user", "content": [part("four")]},
        {"role": "assistant", "content": [part("five "), part("six ")]},
    ],
}


def render(template, special_tokens, messages, add_generation_prompt, continued=False):
    try:
        rendered, _ = render_jinja_template(
            [messages],
            chat_template=template,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=continued,
            **special_tokens,
        )
        return {"expected": rendered[0]}
    except (jinja2.exceptions.TemplateError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def write(name, content):
    text = json.dumps(content, ensure_ascii=True, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def continued():
    for shape, (template, special_tokens) in SHAPES.items():
        some = {**CONTINUED, **PARTS} if shape == "gemma3" else CONTINUED
        for name, messages in some.items():
            for goes_on in (True, False):
                outcome = render(template, special_tokens, messages, False, goes_on)
                yield {"shape": shape, "name": name, "messages": messages, "continued": goes_on, **outcome}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for shape, (template, special_tokens) in SHAPES.items():
        cases = []
        for name, messages in CONVERSATIONS.items():
            for prompted in (False, True):
                outcome = render(template, special_tokens, messages, prompted)
                cases.append({"name": name, "messages": messages, "add_generation_prompt": prompted, **outcome})
        write(shape, {"template": template, "special_tokens": special_tokens, "cases": cases})
    write("continued", list(continued()))
    idioms = [
        {"template": template, **render(template, TOKENS, MESSAGES, True)} for template in IDIOMS
    ]
    write("idioms", {"special_tokens": TOKENS, "messages": MESSAGES, "cases": idioms})


if __name__ == "__main__":
    main()
